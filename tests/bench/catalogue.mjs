// SPDX-License-Identifier: EUPL-1.2
// The data of the measured pages: 20 entries of a guestbook, 10,000 products of a shop.
import fs from 'node:fs'
import path from 'node:path'

const PRODUCTS = 10000, VARIANTS_EACH = 3, ENTRIES = 20
const SIZES = ['S', 'M', 'L']

export async function fillGuestbook (stack, database) {
  await stack.sql(`USE ${database}; INSERT INTO entry (name, message, created) SELECT CONCAT('Visiteur ', seq),
    'Très bel accueil, et un choix qui donne envie de revenir. Merci à toute l''équipe !', UTC_TIMESTAMP() FROM seq_1_to_${ENTRIES}`)
}

export function writeProducts (file) {
  const lines = ['product,name,category,description,condition,sku,option1_name,option1,option2_name,option2,price,stock,picture']

  for (let i = 1; i <= PRODUCTS; i++) {
    const slug = `article-${i}`
    const text = `Article numéro ${i}, contrôlé et nettoyé dans notre atelier. Il a servi, et il servira encore longtemps.`
    for (let v = 0; v < VARIANTS_EACH; v++) {
      const own = v === 0 ? [slug, `Article ${i}`, `Rayon ${i % 40 + 1}`, `"${text}"`, 'new'] : [slug, '', '', '', '']
      lines.push([...own, `SKU-${i}-${v}`, 'Taille', SIZES[v], '', '', `${10 + i % 90}.50`, String(1 + (i + v) % 9), ''].join(','))
    }
  }
  fs.writeFileSync(file, lines.join('\n') + '\n')
}

// What a product's page shows, as a program reads it that asks for one thing at a time: each by its key or an index, and anew each
// time. The page's own statements let MariaDB keep what is on every page.
const ONE_BY_ONE = {
  product: `SELECT id, slug, name, description, quality, option1_name, option2_name, option3_name, picture, price_varies, category
    FROM product WHERE slug = ? AND published = 1`,
  variants: `SELECT id, option1, option2, option3, price_cents, stock, weight_grams FROM variant FORCE INDEX (PRIMARY)
    WHERE product = ? AND removed = 0 ORDER BY id`,
  category: 'SELECT slug, title, parent FROM category WHERE id = ?',
  terms: 'SELECT scheme, free_from_cents FROM selling WHERE only_one = 1',
  neighbours: `SELECT slug, name, picture, price_cents, price_varies FROM product FORCE INDEX (of_category)
    WHERE category = ? AND published = 1 AND id > ? ORDER BY id LIMIT 4`,
  steps: 'SELECT id, country, up_to_grams, price_cents FROM shipping ORDER BY country, up_to_grams LIMIT 100',
  categories: 'SELECT slug, title FROM category WHERE parent IS NULL AND products > 0 ORDER BY title LIMIT 12',
}

// The reads of the pages that are measured, for the bare program to make the same: the product's once one by one, and once by
// the page's own statements, which join them.
export async function pageReads (stack, build, hasShop) {
  const slug = 'article-5000'
  const own = (name, module, statement, ...args) => {
    const lines = fs.readFileSync(path.join(build, `names/${module}/statements.txt`), 'utf8').split('\n').map((line) => line.split('\t'))
    return { name, database: `t1_${module}`, sql: lines.find(([found]) => found === statement)[2], args }
  }
  const guestbook = own('guestbook', 'guestbook', 'entries', 2 ** 32, ENTRIES + 1)
  if (!hasShop) return [guestbook]
  const [id, category] = (await stack.sql(`SELECT id, category FROM t1_shop.product WHERE slug = '${slug}'`)).trim().split('\t')
  const single = (statement, ...args) => ({ name: 'product', database: 't1_shop', sql: ONE_BY_ONE[statement].replace(/\s+/g, ' '), args })
  return [guestbook, single('product', slug), single('variants', id), single('category', category), single('terms'),
    single('neighbours', category, id), single('steps'), single('categories'),
    ...[['product_page', slug], ['neighbours_of_product', slug], ['steps'], ['top_categories']].map((read) => own('joined', 'shop', ...read))]
}

export function rename (manifest, from, to) {
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(`name="${from}"`, `name="${to}"`).replaceAll(`"${from}.`, `"${to}.`))
}
