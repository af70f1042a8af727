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

// The reads of the pages that are measured, for the bare program to make the same.
export function pageReads (build, hasShop) {
  const slug = 'article-5000'
  const wanted = [['guestbook', 'guestbook', 'entries', ENTRIES, 0]]
  if (hasShop) {
    wanted.push(['product', 'shop', 'product_page', slug], ['product', 'shop', 'neighbours_of_product', slug],
      ['product', 'shop', 'steps'], ['product', 'shop', 'top_categories'])
  }
  return wanted.map(([name, module, statement, ...args]) => {
    const lines = fs.readFileSync(path.join(build, `names/${module}/statements.txt`), 'utf8').split('\n').map((line) => line.split('\t'))
    return { name, database: `t1_${module}`, sql: lines.find(([found]) => found === statement)[2], args }
  })
}

export function rename (manifest, from, to) {
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(`name="${from}"`, `name="${to}"`).replaceAll(`"${from}.`, `"${to}.`))
}
