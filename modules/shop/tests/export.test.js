// SPDX-License-Identifier: EUPL-1.2
// Files for spreadsheets are complete, however many rows there are.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { start } from 'scopiton/test'

const PORTAL = 'acme-portal.localhost', ORDERS = 12345, PRODUCTS = 3501, OF_EACH = 3
let stack, headers

before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  headers = { Cookie: await stack.signIn('acme') }
  await stack.sql(`USE t1_shop;
    INSERT INTO shop_order (token, state, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
      SELECT MD5(seq), IF(seq % 2, 'placed', 'paid'), CONCAT('Ada ', seq), 'ada@example.org', 'Rue 1', '1000', 'Bruxelles', 'BE', 'fr', seq, 'EUR', UTC_TIMESTAMP(6) FROM seq_1_to_${ORDERS};
    INSERT INTO product (code, slug, name, description, published) SELECT CONCAT('p', seq), CONCAT('p', seq), CONCAT('Product ', seq), '', 1 FROM seq_1_to_${PRODUCTS};
    INSERT INTO variant (product, code, sku, option1, price_cents) SELECT p.id, CONCAT(p.slug, '-', s.seq), CONCAT(p.slug, '-', s.seq), s.seq, 100
      FROM product p JOIN seq_1_to_${OF_EACH} s ORDER BY s.seq, p.id`) // a product's variants are not adjacent
})
after(() => stack?.stop())

async function lines (url) {
  const { status, body } = await stack.request(PORTAL, url, { headers })
  assert.equal(status, 200, body.slice(0, 500))
  return body.trimEnd().split('\r\n').slice(1).map((line) => line.split(';').map((cell) => cell.replaceAll('"', '')))
}

test('the file of orders has each order once, the newest first', async () => {
  const orders = await lines('/shop/orders/file')
  assert.equal(orders.length, ORDERS)
  assert.ok(orders.every(([id], i) => i === 0 || Number(id) < Number(orders[i - 1][0])))
  assert.equal((await lines('/shop/orders/file?state=paid')).length, Math.floor(ORDERS / 2))
})

test('the file of products has each variant once, those of a product beside each other', async () => {
  const variants = await lines('/shop/products/file')
  assert.equal(variants.length, PRODUCTS * OF_EACH)
  assert.equal(new Set(variants.map((cells) => cells[6])).size, PRODUCTS * OF_EACH)
  assert.ok(variants.every(([product], i) => product === variants[i - i % OF_EACH][0]))
})

// Everything goes before each import, so that what comes back has been read from the file.
test('an exported file has headings in the reader\'s language, and is read back in all of them', async () => {
  const headings = { en: '"product","variant_key","name"', fr: '"clé de l\'article";"clé de la variante";"nom"', nl: '"artikelsleutel";"variantsleutel";"naam"', de: '"Artikelschlüssel";"Variantenschlüssel";"Name"' }
  const conditions = { en: /"Fair condition"/, fr: /"État correct"/, nl: /"Redelijke staat"/, de: /"Ordentlicher Zustand"/ }
  const rates = {
    en: ['Standard rate', 'Intermediate rate', 'Reduced rate', 'Super-reduced rate'],
    fr: ['Taux normal', 'Taux intermédiaire', 'Taux réduit', 'Taux super réduit'],
    nl: ['Standaardtarief', 'Tussentarief', 'Verlaagd tarief', 'Superverlaagd tarief'],
    de: ['Normalsatz', 'Zwischensatz', 'Ermäßigter Satz', 'Stark ermäßigter Satz'],
  }
  await stack.cli('tenant', 'create', 'boucle', '--title', 'La Boucle')
  await stack.cli('module', 'install', 'shop', '--tenant', 'boucle', '--root')
  await stack.cli('import', 'shop', 'products', path.join(import.meta.dirname, '../demo/laboucle/products.csv'), '--tenant', 'boucle')
  const cookie = await stack.signIn('boucle')
  const exported = async (language) => {
    await stack.sql(`UPDATE t2.member SET language = '${language}'`)
    const { status, body } = await stack.request('boucle-portal.localhost', '/shop/products/file', { headers: { Cookie: cookie } })
    assert.equal(status, 200)
    return body
  }
  await stack.sql("UPDATE t2_shop.product SET vat = ELT(1 + id % 4, 'standard', 'intermediate', 'reduced', 'super_reduced')")
  const before = await exported('en')
  for (const language of Object.keys(headings)) {
    const file = path.join(stack.folder, `${language}.csv`), text = await exported(language)
    assert.ok(text.replace('\ufeff', '').startsWith(headings[language]), text.slice(0, 300))
    assert.match(text, conditions[language])
    for (const rate of rates[language]) assert.ok(text.includes(`"${rate}"`), rate)
    assert.doesNotMatch(text, /"(standard|intermediate|reduced|super_reduced)"/)
    fs.writeFileSync(file, text)
    await stack.sql('SET FOREIGN_KEY_CHECKS = 0; USE t2_shop; DELETE FROM variant; DELETE FROM product; DELETE FROM category')
    assert.match(await stack.cli('import', 'shop', 'products', file, '--tenant', 'boucle'), /own CSV: \d+ products/)
    assert.equal(await exported('en'), before, language)
  }
})
