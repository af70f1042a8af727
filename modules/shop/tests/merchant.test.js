// SPDX-License-Identifier: EUPL-1.2
// The merchant's pages: articles made, changed, hidden and found; orders filtered, processed together and exported; files imported
// after a look at what would happen.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from 'scopiton/test'
import { damaged, expected, mistaken } from './mistaken.mjs'

const host = 'acme.localhost', portal = 'acme-portal.localhost'
const shared = path.join(root, '../shared/shop')
let stack, headers

const rows = async (sql) => (await stack.sql(`USE t1_shop; ${sql}`)).split('\n').filter(Boolean).map((line) => line.split('\t'))
const see = (url) => stack.request(portal, url, { headers })
const post = async (page, action, form) => {
  const body = new URLSearchParams({ _key: await stack.key(portal, page, headers, action) })
  for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) body.append(name, one)
  return stack.request(portal, action, { headers, form: body })
}
// The fields that a browser would send from a page's unchanged form.
const decode = (text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
const formOf = (body, action) => {
  const form = body.slice(body.indexOf(`action="${action}"`)).split('</form>')[0], values = {}
  for (const [input] of form.matchAll(/<input [^>]*>/g)) {
    const name = input.match(/ name="([^"]+)"/)?.[1]
    if (!name || /type="file"/.test(input) || (/type="(checkbox|radio)"/.test(input) && !/ checked/.test(input))) continue
    values[name] = decode(input.match(/ value="([^"]*)"/)?.[1] ?? '')
  }
  for (const [, name, text] of form.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>([^]*?)<\/textarea>/g)) values[name] = decode(text)
  for (const [, name, options] of form.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([^]*?)<\/select>/g)) values[name] = options.match(/value="([^"]*)"[^>]* selected/)?.[1] ?? options.match(/value="([^"]*)"/)[1]
  return values
}
// Changes some fields, and submits the form.
const save = async (page, changes, form) => {
  const values = { ...form ?? formOf((await see(page)).body, page), ...changes }
  return stack.request(portal, page, { headers, form: new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined)) })
}
// A form with a file, as a browser sends it.
const upload = async (page, action, field, name, bytes, type = 'text/csv', changes = {}) => {
  const values = { ...formOf((await see(page)).body, action), ...changes }, edge = 'x'.repeat(30)
  const body = Buffer.concat([Buffer.from(Object.entries(values).map(([one, value]) => `--${edge}\r\nContent-Disposition: form-data; name="${one}"\r\n\r\n${value}\r\n`).join('') +
    `--${edge}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`), Buffer.from(bytes), Buffer.from(`\r\n--${edge}--\r\n`)])
  return stack.request(portal, action, { method: 'POST', headers: { ...headers, 'Content-Type': `multipart/form-data; boundary=${edge}` }, body })
}
const takeIn = async (name, bytes) => {
  const { status, headers: { location }, body } = await upload('/shop/products/import', '/shop/products/import', 'file', name, bytes)
  return { status, location, body }
}
const checked = (location) => until('it is looked through', async () => {
  const { body } = await see(location)
  return !/id="progress"[^>]*hx-get/.test(body) && body
}, 20)
// The fields that the page's own form would send, with the selected columns.
const chosen = (body) => Object.fromEntries([...body.matchAll(/<select[^>]* name="([^"]+)">([^]*?)<\/select>/g)].map(([, name, options]) =>
  [name, options.match(/value="(\d+)"[^>]* selected/)?.[1] ?? '0']))

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  headers = { Cookie: await stack.signIn('acme') }
})
after(() => stack?.stop())

test('an article is made, completed, shown and hidden', async () => {
  assert.match((await see('/shop/products')).body, /Pas encore d(&#39;|')articles/)
  const made = await post('/shop/products/new', '/shop/products/new', { name: 'Théière émaillée', price: '1 234,50 €', stock: '3' })
  const page = made.headers.location
  assert.equal((await stack.request(host, '/fr/p/theiere-emaillee')).status, 404, 'hidden until it is shown')
  const [[id]] = await rows('SELECT id FROM variant')
  // One button saves texts and price together.
  const saved = await save(page, { name: 'Théière <émaillée>', category: 'Cuisine > Thé', description: 'Deux\nlignes', quality: 'good', vat: 'reduced', published: '1', [`price.${id}`]: '1 234,60 €' })
  assert.equal(saved.status, 303)
  const flash = saved.headers['set-cookie'].map((one) => one.split(';')[0]).join('; ')
  assert.match((await stack.request(portal, page, { headers: { Cookie: `${headers.Cookie}; ${flash}` } })).body, /role="status">Enregistré\./)
  const shown = await stack.request(host, '/fr/p/theiere-emaillee')
  assert.match(shown.body, /Théière &lt;émaillée&gt;/)
  assert.match(shown.body, /1.234,60\s€/)
  assert.match((await stack.request(host, '/fr/c/cuisine-the')).body, /Théière/)
  // Two were sold while the merchant's form showed three: only the difference is applied.
  await rows("UPDATE variant SET stock = 1")
  assert.match((await see(page)).body, new RegExp(`name="had.${id}" value="1"`))
  for (const [stock, seen, left] of [['3', '3', '1'], ['5', '3', '3'], ['1', '3', '1'], ['0', '3', '0'], ['7', '', '7']]) {
    await rows(`UPDATE variant SET price_cents = 1250 WHERE ${stock} <> 3`)
    await save(page, { [`price.${id}`]: '12.5', [`stock.${id}`]: stock, [`had.${id}`]: seen, [`weight.${id}`]: '800' })
    assert.deepEqual(await rows('SELECT stock FROM variant'), [[left]], `${stock} for ${seen}`)
    assert.deepEqual(await rows('SELECT name, what, about FROM t1.audit ORDER BY id DESC LIMIT 1'), [['\x02Owner', 'Changed a price or stock', `Théière <émaillée>: 12.50 EUR, stock ${stock}`]])
  }
  await save(page, { [`stock.${id}`]: '', [`weight.${id}`]: '800' })
  assert.deepEqual(await rows('SELECT price_cents, stock, weight_grams FROM variant'), [['1250', 'NULL', '800']])
  const added = { option1_name: 'Couleur', [`option1.${id}`]: 'Blanc', 'option1.new1': 'Bleu', 'sku.new1': 'TH-B', 'price.new1': '14', 'stock.new1': '2' }
  assert.equal((await save(page, added)).status, 303)
  assert.deepEqual(await rows("SELECT price_cents, price_varies FROM product"), [['1250', '1']])
  const product = page.split('/').pop()
  const hidden = await post('/shop/products', '/shop/products', { product: [product], to: 'hide' })
  assert.match(hidden.body, /1 article est masqué/)
  const filtered = { product: [product], to: 'hide', words: 'mail', state: 'hidden', after: '999' }, kept = (await post('/shop/products', '/shop/products', filtered)).body
  for (const name of ['words', 'state', 'after']) assert.match(kept, new RegExp(`<input type="hidden" name="${name}" value="${filtered[name]}">`), 'the filter and the page stay')
  assert.equal((await stack.request(host, '/fr/p/theiere-emaillee')).status, 404)
  await post('/shop/products', '/shop/products', { product: [product], to: 'publish' })
  assert.equal((await stack.request(host, '/fr/p/theiere-emaillee')).status, 200)
})

test('of two tabs with the same article the second is told, and what it had typed stays', async () => {
  const [[id]] = await rows("SELECT id FROM product WHERE slug = 'theiere-emaillee'"), page = `/shop/products/${id}`
  const opened = async (body) => body.slice(body.indexOf(`action="${page}"`)).match(/name="seen" value="([^"]+)"/)[1], seen = await opened((await see(page)).body)
  const change = async (description, as) => save(page, { description, seen: as })
  await rows(`UPDATE variant SET stock = 7 WHERE product = ${id}`)
  assert.equal((await change('Première', seen)).status, 303, 'what was sold meanwhile is no change of the form')
  const late = await change('Deuxième', seen)
  assert.equal(late.status, 422)
  assert.match(late.body, /Quelqu(&#39;|')un a modifié ceci[^]*Deuxième<\/textarea>/)
  const [[variant]] = await rows(`SELECT id FROM variant WHERE product = ${id} LIMIT 1`)
  assert.match((await save(page, { name: '', [`price.${variant}`]: 'douze' })).body, new RegExp(`href="#name"[^]*href="#price\\.${variant}"`), 'all that is wrong is told at once')
  assert.deepEqual(await rows(`SELECT description FROM product WHERE id = ${id}`), [['Première']])
  assert.equal((await change('Deuxième', await opened(late.body))).status, 303, 'who has been told may')
  const form = formOf((await see(page)).body, page), [[first]] = await rows(`SELECT MIN(id) FROM variant WHERE product = ${id}`)
  await save(page, { [`price.${first}`]: '13' })
  assert.equal((await save(page, { description: 'Troisième' }, { ...form, _key: formOf((await see(page)).body, page)._key })).status, 422, 'a price that somebody else has set is not set back')
})

test('variants have names, two options, and can be renamed, exchanged and removed; no choice is nameless', async () => {
  const made = await post('/shop/products/new', '/shop/products/new', { name: 'Tasse', price: '10', stock: '1' }), page = made.headers.location
  const product = page.split('/').pop(), variants = () => rows(`SELECT option1, option2, price_cents, sku FROM variant WHERE product = ${product} AND removed = 0 ORDER BY id`)
  const ids = async () => (await rows(`SELECT id FROM variant WHERE product = ${product} AND removed = 0 ORDER BY id`)).flat()
  const [first] = await ids()
  const nameless = await save(page, { published: '1', name: 'Tasse à thé', 'option1.new1': 'Bleu', 'price.new1': '12' })
  assert.equal(nameless.status, 422)
  assert.match(nameless.body, /Nommez cette variante[^]*Indiquez ce qui distingue les variantes/)
  assert.match(nameless.body, /<details open>[^]*value="Bleu"/, 'what was typed is there')
  assert.match(nameless.body, /value="Tasse à thé"/)
  assert.deepEqual(await rows(`SELECT name FROM product WHERE id = ${product}`), [['Tasse']], 'nothing of it is saved')
  assert.equal((await save(page, { published: '1', option1_name: 'Couleur', option2_name: 'Taille', [`option1.${first}`]: 'Blanc', [`option2.${first}`]: 'S',
    'option1.new1': 'Bleu', 'option2.new1': 'S', 'price.new1': '12', 'option1.new2': 'Bleu', 'option2.new2': 'L', 'price.new2': '14', 'sku.new2': 'TA-BL' })).status, 303)
  assert.deepEqual(await variants(), [['Blanc', 'S', '1000', 'NULL'], ['Bleu', 'S', '1200', 'NULL'], ['Bleu', 'L', '1400', 'TA-BL']])
  const shown = (await stack.request(host, '/fr/p/tasse')).body
  assert.equal(shown.match(/class="choices"/g).length, 2)
  const [white, small, large] = await ids()
  // Two variants swap their names.
  assert.equal((await save(page, { [`option1.${white}`]: 'Bleu', [`option1.${small}`]: 'Blanc' })).status, 303)
  assert.deepEqual((await variants()).map(([one]) => one), ['Bleu', 'Blanc', 'Bleu'])
  const twice = await save(page, { [`option2.${white}`]: 'L' })
  assert.equal(twice.status, 422)
  assert.match(twice.body, /Cette variante existe déjà/)
  for (const [field, value] of [['price', 'douze'], ['price', ''], ['stock', '-1'], ['stock', '1000001'], ['weight', 'x'], ['weight', '10000001']]) {
    const wrong = await save(page, { [`${field}.${white}`]: value, description: 'pas enregistré' })
    assert.equal(wrong.status, 422, `${field} ${value}`)
    assert.match(wrong.body, new RegExp(`name="${field}.${white}"[^>]* value="${value}"[^>]*aria-invalid="true"`))
    assert.match(wrong.body, /pas enregistré/)
  }
  // A product that an order refers to is kept, hidden; the other is deleted. Neither is in a cart
  // or in the shop any more.
  const order = "INSERT INTO shop_order (token, name, mail, street, postal_code, city, country, language, total_cents, currency, created) VALUES ('removed', 'X', 'x@example.org', 'x 1', '5000', 'N', 'BE', 'fr', 1400, 'EUR', UTC_TIMESTAMP(6))"
  await rows(`${order}; INSERT INTO order_line (shop_order, variant, name, options, count, price_cents) VALUES (LAST_INSERT_ID(), ${large}, 'Tasse', 'Bleu, L', 1, 1400);
    INSERT INTO cart_line (owner, variant, count, added) VALUES (REPEAT('a', 64), ${small}, 1, UTC_TIMESTAMP(6))`)
  assert.equal((await save(page, { [`remove.${small}`]: '1', [`remove.${large}`]: '1' })).status, 303)
  assert.deepEqual((await variants()).map(([one]) => one), ['Bleu'])
  assert.deepEqual(await rows(`SELECT id, removed FROM variant WHERE id IN (${small}, ${large})`), [[large, '1']])
  assert.doesNotMatch((await stack.request(host, '/fr/p/tasse')).body, /class="choices"|14,00/)
  assert.deepEqual(await rows(`SELECT price_cents, price_varies FROM product WHERE id = ${product}`), [['1000', '0']])
  const last = await save(page, { [`remove.${white}`]: '1' })
  assert.equal(last.status, 422)
  assert.match(last.body, /au moins une variante/)
  assert.equal((await save(page, { option1_name: 'Couleur', option2_name: 'Taille', 'option1.new1': 'Bleu', 'option2.new1': 'L', 'sku.new1': 'TA-BL', 'price.new1': '15' })).status, 303, 'it may come back')
  await rows(`DELETE FROM order_line WHERE variant = ${large}; DELETE FROM shop_order WHERE token = 'removed'; DELETE FROM variant WHERE product = ${product}; DELETE FROM product WHERE id = ${product}`)
})

test('the trail says to what VAT, replies and delivery were set', async () => {
  let seen = (await rows('SELECT MAX(id) FROM t1.audit'))[0][0]
  const noted = async () => { // entries since the last look
    const found = await rows(`SELECT id, what, IF(about = '', '-', about) FROM t1.audit WHERE id > ${seen} ORDER BY id`)
    seen = found.at(-1)?.[0] ?? seen
    return found.map(([, ...entry]) => entry)
  }
  const changed = await save('/shop/settings', { scheme: 'oss', free_from: '150', mail: 'shop@acme.example' })
  const flash = changed.headers['set-cookie'].map((one) => one.split(';')[0]).join('; ')
  assert.match((await stack.request(portal, '/shop/settings', { headers: { Cookie: `${headers.Cookie}; ${flash}` } })).body, /role="status">Enregistré\./)
  assert.deepEqual(await noted(), [["Set VAT to the rates of the customer's country", '-'], ['Set the amount for free delivery', '150.00 EUR'],
    ['Set the e-mail address for new orders and replies', 'shop@acme.example']])
  await stack.sql("INSERT INTO t1.audit (role, name, what, about) VALUES ('t1_shop', 'Ada', 'Changed VAT and replies', 'BE, oss'), ('t1_shop', 'Ada', 'Changed where customers pay', '-'), ('t1_portal', 'Ada', 'Went back to the previous version', 'Shop')")
  const trail = (await stack.request(portal, '/portal/audit', { headers })).body
  for (const words of ['A choisi la TVA aux taux du pays du client', 'A modifié la TVA et l&#39;adresse des réponses', 'A modifié le compte bancaire <', 'Est revenu à la version précédente <']) assert.ok(trail.includes(words), words)
  await noted()
  await save('/shop/settings', { to: 'FR', weight: '2,5 kg', 'price.new': '9,90' })
  const settings = (await see('/shop/settings')).body
  assert.match(settings, /France, jusqu(&#39;|')à 2,5\u00a0kg</, 'in the unit that reads better')
  assert.equal((await save('/shop/settings', { to: 'FR', weight: '2,5', 'price.new': '1' })).status, 422, 'a part of a gram')
  assert.deepEqual(await noted(), [['Changed prices of delivery to France', '2.5 kg: 9.90 EUR']])
  const [[step]] = await rows("SELECT id FROM shipping WHERE country = 'FR' AND up_to_grams = 2500")
  await save('/shop/settings', { [`price.${step}`]: '10', to: 'BE', weight: '500', 'price.new': '4' })
  assert.deepEqual(await noted(), [['Changed prices of delivery to Belgium', '500 g: 4.00 EUR'], ['Changed prices of delivery to France', '2.5 kg: 10.00 EUR']])
  for (const [id] of await rows('SELECT id FROM shipping ORDER BY id')) await save('/shop/settings', { [`remove.${id}`]: '1' })
  assert.deepEqual((await noted()).at(-1), ['Removed prices of delivery to Belgium', '500 g'])
  await save('/shop/settings', { scheme: 'national', free_from: '', mail: '' })
  assert.deepEqual(await noted(), [["Set VAT to the rates of the shop's country", '-'], ['Ended free delivery', '-'], ['Removed the e-mail address for new orders and replies', '-']])
  await save('/shop/settings', {})
  assert.deepEqual(await noted(), [], 'nothing changed')
})

test('orders are found by day, and the file has their status in the reader\'s language', async () => {
  await rows(`INSERT INTO shop_order (token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created, state)
    VALUES (REPEAT('d', 32), '000000000999', 'Zélie', 'z@example.org', 'x 1', '5000', 'Namur', 'BE', 'fr', 100, 'EUR', '2026-03-29 22:30:00', 'paid')`)
  const on = (day) => `?words=Z%C3%A9lie&from=${day}&until=${day}`
  assert.match((await see(`/shop/orders${on('2026-03-30')}`)).body, /Zélie, Namur/)
  const none = (await see(`/shop/orders${on('2026-03-29')}`)).body
  assert.doesNotMatch(none, /Zélie, Namur/)
  assert.match((await see(`/shop/orders${on('2026-03-30')}`)).body, /orders\/file\?&amp;words=Z%C3%A9lie&amp;from=2026-03-30&amp;until=2026-03-30"/)
  const { body } = await see(`/shop/orders/file${on('2026-03-30')}`)
  assert.match(body, /À expédier/)
  assert.equal(body.trim().split('\n').length, 2)
  await rows("DELETE FROM shop_order WHERE communication = '000000000999'")
})

test('articles whose long names differ at their end alone are two', async () => {
  const long = 'Une très longue désignation '.repeat(6)
  for (const end of ['un', 'deux']) assert.equal((await post('/shop/products/new', '/shop/products/new', { name: long + end, price: '5' })).status, 303, end)
  assert.deepEqual(await rows("SELECT COUNT(*), COUNT(DISTINCT slug) FROM product WHERE slug LIKE 'une-tres-longue-%'"), [['2', '2']])
  await rows("DELETE v FROM variant v JOIN product p ON p.id = v.product WHERE p.slug LIKE 'une-tres-longue-%'; DELETE FROM product WHERE slug LIKE 'une-tres-longue-%'")
})

test('two articles of one name have two addresses, and a price that is none is refused', async () => {
  const again = await post('/shop/products/new', '/shop/products/new', { name: 'Théière émaillée', price: '5' })
  assert.equal(again.status, 303)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE slug = 'theiere-emaillee-2'"), [['1']])
  for (const price of ['douze', '-1', '1.2.3', '1,234,5', '99999999999']) {
    const { status, body } = await post('/shop/products/new', '/shop/products/new', { name: 'x', price })
    assert.equal(status, 422, price)
    assert.match(body, /value="x"/)
  }
  const { body } = await post('/shop/products/new', '/shop/products/new', { name: 'x'.repeat(201), price: '100000000', stock: '1000001' })
  assert.match(body, /trop long : 200 caractères au plus\./)
  assert.match(body, /Veuillez indiquer une valeur de 0,00\s€ à 99\s999\s999,99\s€\./)
  assert.match(body, /Veuillez indiquer une valeur de 0 à 1\s000\s000\./)
})

test('a picture is taken by what it is, not by what it is called', async () => {
  const [[id]] = await rows("SELECT id FROM product WHERE slug = 'theiere-emaillee'"), page = `/shop/products/${id}`
  const liar = await upload(page, page, 'picture', 'photo.png', '<?php system($_GET[0]); ?>', 'image/png')
  assert.equal(liar.status, 422)
  assert.match(liar.body, /Les navigateurs n(&#39;|')affichent pas/)
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
  assert.equal((await upload(page, page, 'picture', 'x.exe', png, 'application/x-msdownload', { description: 'Avec image' })).status, 303)
  assert.deepEqual(await rows(`SELECT description FROM product WHERE id = ${id}`), [['Avec image']], 'the texts beside it are saved too')
  const again = await upload(page, page, 'picture', 'x.png', png, 'image/png', { name: '' })
  assert.equal(again.status, 422)
  assert.match(again.body, /Choisissez à nouveau l(&#39;|')image/, 'a browser does not keep a chosen file')
  assert.deepEqual(await rows('SELECT what FROM t1.audit ORDER BY id DESC LIMIT 1'), [['Changed the picture of an article']])
  const address = (await see(page)).body.match(/\/shop\/products\/picture\/[0-9a-f]{64}/)[0]
  const picture = await see(address)
  assert.equal(picture.headers['content-type'], 'image/png')
  assert.match(picture.headers['cache-control'], /private/)
  // Every night unused pictures are deleted: here after a week of new pictures, one of which was
  // sold.
  const hashes = []
  for (let day = 0; day < 7; day++) {
    assert.equal((await upload(page, page, 'picture', 'x.png', Buffer.concat([png, Buffer.from(`${day}`)]), 'image/png')).status, 303)
    hashes.push((await rows(`SELECT picture FROM product WHERE id = ${id}`))[0][0])
  }
  await stack.sql(`USE t1_shop; INSERT INTO shop_order (token, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
    VALUES ('pictured', 'K', 'k@example.org', 'x 1', '9000', 'Gent', 'BE', 'nl', 100, 'EUR', UTC_TIMESTAMP(6));
    INSERT INTO order_line (shop_order, variant, name, options, picture, count, price_cents) SELECT LAST_INSERT_ID(), MIN(id), 'x', '', '${hashes[2]}', 1, 100 FROM variant WHERE product = ${id}`)
  assert.equal(new Set(hashes).size, 7)
  await stack.sql("INSERT INTO queue.outbox (role, name, body) VALUES ('t1_shop', 'sweep', '{}')")
  await takeIn('wakes.csv', 'product,name,price\n') // the dispatcher, which SQL does not
  const kept = () => rows(`SELECT hash FROM picture WHERE hash IN ('${hashes.join("', '")}') ORDER BY hash`)
  await until('they are gone', async () => (await kept()).length < 7, 70)
  assert.deepEqual(await kept(), [hashes[2], hashes[6]].sort().map((hash) => [hash]))
  await stack.sql("USE t1_shop; DELETE l FROM order_line l JOIN shop_order o ON o.id = l.shop_order WHERE o.token = 'pictured'; DELETE FROM shop_order WHERE token = 'pictured'")
})

test('a list is narrowed by words and state, and says so when nothing is left', async () => {
  assert.match((await see('/shop/products?words=TH-B')).body, /Théière/)
  assert.match((await see('/shop/products?words=%25%27%22%3Cscript%3E&state=hidden')).body, /Aucun article ne correspond/)
  assert.doesNotMatch((await see('/shop/products?words=%3Cscript%3Ealert')).body, /<script>alert/)
  assert.equal((await see('/shop/products?state=eaten')).status, 400)
})

test('a spreadsheet of your own is taken in by columns that you choose, once you have seen what would happen', async () => {
  const file = 'Artikelnummer;Naam;Verkoopprijs;Aantal;Gewicht\nK-1;Kom "blauw";12,50;4;350\nK-2;=HYPERLINK("x");9,90;;\n'
  const { location } = await takeIn('winkel.csv', file)
  const page = (await see(location)).body, columns = chosen(page)
  assert.deepEqual({ name: columns.name, price: columns.price, sku: columns.sku, stock: columns.stock, weight: columns.weight },
    { name: '2', price: '3', sku: '1', stock: '4', weight: '5' }, 'columns are guessed by common names')
  assert.equal((await post(location, location, { ...columns, price: '0' })).status, 422)
  await post(location, location, columns)
  const seen = await checked(location)
  assert.match(seen, /<dd>2<\/dd>/)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM variant WHERE sku LIKE 'K-%'"), [['0']], 'nothing is stored yet')
  assert.equal((await post(location, `${location}/start`, {})).status, 303)
  await until('it is imported', async () => /Importé/.test((await see(location)).body), 20)
  assert.deepEqual(await rows("SELECT sku, price_cents, stock, weight_grams FROM variant WHERE sku LIKE 'K-%' ORDER BY sku"),
    [['K-1', '1250', '4', '350'], ['K-2', '990', 'NULL', '0']])
})

test('what is wrong in a file is told by row and column, in words of the reader, and nothing is stored', async () => {
  const { location } = await takeIn('fout.csv', 'name,price,stock\nA,douze,1\nB,2,x\nC,3,3\n')
  await post(location, location, chosen((await see(location)).body))
  const seen = await checked(location)
  assert.match(seen, /2<\/th><td[^>]*>price<\/td>[^]*Le prix n(&#39;|')est pas un montant/)
  assert.match(seen, /3<\/th><td[^>]*>stock<\/td>[^]*Le stock n(&#39;|')est pas un nombre entier/)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE name = 'C'"), [['0']])
  for (const [name, bytes, words] of [['leer.csv', '', /choisi|vide/i], ['damaged.csv', damaged('nom,prix\nVélo électrique V\x01lo,5\n'), /UTF-8/], ['bild.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), /UTF-8/]]) {
    const refused = await takeIn(name, bytes)
    assert.equal(refused.status, 422, name)
    assert.match(refused.body, words)
  }
})

for (const [format, text] of Object.entries(mistaken)) {
  test(`a dry run of an export of ${format} tells each mistake by its row, and takes nothing in, however often it is asked to`, async () => {
    await stack.sql("UPDATE t1.member SET language = 'en'")
    const facts = 'SELECT (SELECT COUNT(*) FROM product), (SELECT COUNT(*) FROM variant), (SELECT COUNT(*) FROM category), (SELECT COALESCE(SUM(stock), 0) FROM variant)'
    const before = await rows(facts), { location } = await takeIn(`${format}.csv`, text), page = (await see(location)).body
    assert.match(page, new RegExp(`export of ${format}`))
    await post(location, location, chosen(page))
    const seen = (await checked(location)).replaceAll('&#39;', "'")
    const headings = text.split('\n')[0].split(',').map((one) => one.replaceAll('"', '').replace('\ufeff', '').trim())
    const told = [...seen.matchAll(/<th role="rowheader" scope="row" class="num">(\d+)<\/th><td[^>]*>([^<]*)<\/td><td[^>]*><span class="state state-(bad|off)">([^<]*)/g)]
      .map(([, line, column, kind, words]) => [column ? `${line}:${headings.indexOf(column) + 1}` : line, kind === 'bad' ? 'error' : 'warning', words])
    const wanted = ['error', 'warning'].flatMap((kind) => expected[format].filter((line) => line[1] === kind)) // errors first
    assert.deepEqual(told.map(([place, kind]) => [place, kind]), wanted.map(([place, kind]) => [place, kind]))
    for (const [i, [, , words]] of told.entries()) assert.match(words, wanted[i][2])
    assert.match(seen, /Import the correct rows, and give me the others as a file to fix/)
    const forced = await post(location, `${location}/start`, { mode: 'all' })
    assert.equal(forced.status, 422)
    assert.match(forced.body, /The file has errors, so nothing can be imported/)
    const wrong = await takeIn('damaged.csv', damaged(text.replace('Bougie', 'Vélo électrique V\x01lo')))
    assert.equal(wrong.status, 422)
    assert.match(wrong.body, /This is not UTF-8\. Save the file as UTF-8/)
    assert.deepEqual(await rows(facts), before)
    await stack.sql("UPDATE t1.member SET language = 'fr'")
  })
}

test("WooCommerce's and Shopify's own samples are known by themselves, and a dry run counts what is new", async (t) => {
  for (const [name, kind, fresh] of [['woocommerce-products.csv', /export de WooCommerce/, 16], ['shopify-apparel.csv', /export de Shopify/, 0]]) {
    const file = path.join(shared, name)
    if (!fs.existsSync(file)) return t.skip(`no ../shared/shop/${name} beside this checkout`)
    const { location } = await takeIn(name, fs.readFileSync(file)), page = (await see(location)).body
    assert.match(page, kind)
    await post(location, location, chosen(page))
    const seen = await checked(location)
    if (fresh) assert.match(seen, new RegExp(`<dd>${fresh}</dd>`))
    assert.match(seen, /Prêt à être importé/)
    await post(location, `${location}/start`, {})
    await until('it is imported', async () => /Importé/.test((await see(location)).body), 20)
    const again = await takeIn(name, fs.readFileSync(file))
    await post(again.location, again.location, chosen((await see(again.location)).body))
    assert.match(await checked(again.location), /nouve[^<]*<\/dt><dd>0<\/dd>/)
  }
})

test('the articles leave as a spreadsheet that can be taken in again and changes nothing', async () => {
  const file = await see('/shop/products/file')
  assert.match(file.headers['content-disposition'], /attachment; filename\*=UTF-8''products\.csv/)
  assert.equal(file.headers['cache-control'], 'no-store')
  assert.match(file.body, /"'=HYPERLINK\(""x""\)"/, 'a spreadsheet shall not calculate it')
  const facts = 'SELECT COUNT(*), SUM(price_cents), SUM(stock), SUM(weight_grams) FROM variant'
  const before = await rows(facts)
  const { location } = await takeIn('products.csv', file.body)
  await post(location, location, chosen((await see(location)).body))
  const seen = await checked(location)
  assert.match(seen, /nouve[^<]*<\/dt><dd>0<\/dd>/)
  await post(location, `${location}/start`, {})
  await until('it is imported', async () => /Importé/.test((await see(location)).body), 20)
  assert.deepEqual(await rows(facts), before)
})

test('orders are found by state and words, processed together, and their customers written to once each', async () => {
  await stack.sql(`USE t1_shop; INSERT INTO shop_order (token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
    SELECT CONCAT('token', seq), LPAD(seq, 12, '0'), CONCAT('Klant ', seq), CONCAT('k', seq, '@example.org'), 'x 1', '9000', 'Gent', 'BE', 'nl', 100 * seq, 'EUR', UTC_TIMESTAMP(6) FROM seq_1_to_30`)
  assert.equal((await see('/shop/orders')).body.match(/name="order" value/g).length, 25)
  const numbers = (body) => [...body.matchAll(/name="order" value="(\d+)"/g)].map(([, id]) => Number(id))
  const link = (body, rel) => body.match(new RegExp(`href="(\\?[^"]*)" rel="${rel}"`))?.[1].replaceAll('&amp;', '&')
  const one = (await see('/shop/orders?words=Gent')).body, two = (await see('/shop/orders' + link(one, 'next'))).body
  const all = [...numbers(one), ...numbers(two)]
  assert.equal(all.length, 30)
  assert.deepEqual(all, [...all].sort((a, b) => b - a), 'the latest first')
  assert.match(link(two, 'prev'), /words=Gent/)
  assert.deepEqual(numbers((await see('/shop/orders' + link(two, 'prev'))).body), numbers(one))
  assert.deepEqual(numbers((await see('/shop/orders' + link(two, 'first'))).body), numbers(one))
  assert.deepEqual(numbers((await see('/shop/orders?after=1&words=Gent')).body), numbers(one), 'behind the last one')
  assert.equal((await see('/shop/orders?words=k7%40example.org')).body.match(/name="order" value/g).length, 1)
  const hidden = (body) => Object.fromEntries([...body.matchAll(/<input type="hidden" name="(after|before|state|words|from|until)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  const place = { words: 'Gent', state: 'placed', after: String(numbers(one).at(-1)), from: '2026-01-01' }
  const kept = hidden((await see('/shop/orders?' + new URLSearchParams(place))).body)
  assert.deepEqual(kept, place)
  const done = await post('/shop/orders', '/shop/orders', { order: numbers(two).slice(0, 1), to: 'paid', ...kept })
  assert.match(done.body, /1 commande modifiée/)
  assert.deepEqual([hidden(done.body), numbers(done.body)], [place, numbers(two).slice(1)], 'the filter and the page stay')
  const refused = await post('/shop/orders', '/shop/orders', { to: 'paid', ...kept })
  assert.deepEqual([refused.status, hidden(refused.body), numbers(refused.body)], [422, place, numbers(two).slice(1)])
  const question = await post('/shop/orders', '/shop/orders', { order: numbers(two).slice(0, 1), to: 'shipped', ...kept })
  assert.deepEqual(hidden(question.body), place, 'also through the question')
  assert.match(question.body, new RegExp(`href="/shop/orders\\?after=${place.after}&amp;state=placed&amp;words=Gent&amp;from=2026-01-01"`), 'and back from it')
  await stack.sql("UPDATE t1_shop.shop_order SET state = 'placed' WHERE city = 'Gent'")
  const ids = (await rows("SELECT id FROM shop_order WHERE name IN ('Klant 1', 'Klant 2', 'Klant 3')")).flat()
  const paid = await post('/shop/orders', '/shop/orders', { order: ids, to: 'paid' })
  assert.match(paid.body, /3 commandes modifiées/)
  await stack.sql(`UPDATE t1_shop.shop_order SET state = 'cancelled' WHERE id = ${ids[2]}`)
  await stack.sql("REPLACE INTO t1.setting (module, name, value) VALUES ('shop', 'undo_minutes', '0')")
  const asked = await post('/shop/orders', '/shop/orders', { order: ids, to: 'shipped' })
  assert.match(asked.body, /2 commandes<[^]*Klant 1[^]*Klant 2[^]*1 commande sélectionnée est dans un autre état[^]*impossible de revenir en arrière/)
  assert.match((await see('/shop/orders?state=paid')).body, /Klant 1/, 'nothing is done before the answer')
  const shipped = await post('/shop/orders', '/shop/orders', { order: ids, to: 'shipped', sure: '1' })
  assert.match(shipped.body, /2 commandes modifiées[^]*1 reste telle quelle/)
  assert.match((await see('/shop/orders?state=shipped')).body, /Klant 1/)
  await until('the mails', async () => (await stack.mails()).length === 2, 20)
  assert.deepEqual((await stack.mails()).map(({ to }) => to.match(/k\d/)[0]).sort(), ['k1', 'k2'])
  const none = await post('/shop/orders', '/shop/orders', { to: 'paid' })
  assert.equal(none.status, 422, 'none was chosen')
  assert.equal((await post('/shop/orders', '/shop/orders', { order: ['1;DROP'], to: 'paid' })).status, 422)
  const file = (await see('/shop/orders/file?state=shipped')).body
  assert.equal(file.trim().split('\r\n').length, 3)
  assert.match(file, /;"Expédiée";"Klant 2"/)
})

test('the tile says what is missing before the shop can sell, and counts paid orders alone', async () => {
  const tile = async () => (await see('/shop/tile')).body
  const todo = (body) => [...(body.split('id="before"')[1]?.split('</ul>')[0] ?? '').matchAll(/<li><a href="\/shop\/(\w+)/g)].map(([, page]) => page)
  await rows('DELETE FROM payment; UPDATE selling SET mail = ""; UPDATE product SET published = 0; UPDATE shop_order SET state = "placed"')
  assert.deepEqual(todo(await tile()), ['settings', 'products', 'settings'])
  assert.match(await tile(), /Ventes payées, 14 derniers jours<\/dt><dd>0,00/, 'what is not paid is not sold')
  await rows("INSERT INTO payment (only_one, beneficiary, iban, bic) VALUES (1, 'Acme', 'BE68539007547034', '')")
  assert.deepEqual(todo(await tile()), ['products', 'settings'])
  await rows("UPDATE product SET published = 1; UPDATE selling SET mail = 'ventes@acme.example'; UPDATE shop_order SET state = 'paid' WHERE name = 'Klant 30'")
  assert.doesNotMatch(await tile(), /Avant de pouvoir vendre/)
  assert.match(await tile(), /Ventes payées, 14 derniers jours<\/dt><dd>30,00/)
})

test('who may see orders and not process them is shown no button', async () => {
  await stack.sql("USE t1; INSERT INTO role (name) VALUES ('looker'); INSERT INTO role_permission (role, permission) VALUES ('looker', 'shop.orders')")
  const looker = { Cookie: await stack.signIn('acme', 'looker') }
  const list = await stack.request(portal, '/shop/orders', { headers: looker })
  assert.equal(list.status, 200)
  assert.doesNotMatch(list.body, /type="checkbox"|name="to"/)
  const [[id]] = await rows("SELECT id FROM shop_order WHERE state = 'placed' LIMIT 1")
  assert.doesNotMatch((await stack.request(portal, `/shop/orders/${id}`, { headers: looker })).body, /name="state"/)
})

test('the sales of a day are those of the tenant\'s calendar: of midnight in Brussels, not of London or of the hour that it is', async () => {
  const midnight = await stack.sql("SELECT UTC_DATE() - INTERVAL 5 DAY - INTERVAL 1 HOUR") // midnight in winter, 01:00 in summer
  const sold = (seconds, cents) => stack.sql(`INSERT INTO t1_shop.shop_order (token, communication, name, mail, street, postal_code, city, country, language, state, total_cents, currency, created)
    VALUES ('midnight${seconds}', LPAD(${cents}, 12, '0'), 'K', 'k@example.org', 'x 1', '9000', 'Gent', 'BE', 'nl', 'paid', ${cents}, 'EUR', '${midnight}' + INTERVAL ${seconds} SECOND)`)
  const day = async (seconds) => stack.sql(`SELECT DATE_FORMAT(CONVERT_TZ('${midnight}' + INTERVAL ${seconds} SECOND, '+00:00', '+01:00'), '%d/%m/%Y')`)
  await sold(-1, 123)
  await sold(1, 456)
  const body = (await see('/shop/tile')).body.replace(/&nbsp;|\u00a0/g, ' ')
  for (const [seconds, amount] of [[-1, '1,23'], [1, '4,56']]) assert.match(body, new RegExp(`${await day(seconds)}[^0-9]*${amount}`), body.slice(0, 3000))
  await stack.sql("DELETE FROM t1_shop.shop_order WHERE token LIKE 'midnight%'")
})
