// SPDX-License-Identifier: EUPL-1.2
// Imports of real exports: from the command line, and in the portal, with cancelling and undoing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from 'scopiton/test'

const host = 'acme.localhost', portal = 'acme-portal.localhost', shared = path.join(root, '../shared/shop')
let stack, headers

const rows = async (sql) => (await stack.sql(`USE t1_shop; ${sql}`)).split('\n').filter(Boolean).map((line) => line.split('\t'))
const one = async (sql) => (await rows(sql))[0]
const see = (url) => stack.request(portal, url, { headers })
const visit = (url) => stack.request(host, url)
const text = (body) => body.replaceAll('&#39;', "'").replaceAll('&amp;', '&')
let files = 0
const write = (content) => { const file = path.join(stack.folder, `file-${++files}.csv`); fs.writeFileSync(file, content); return file }
const imported = (content, kind = 'products') => stack.cli('import', 'shop', kind, write(content), '--tenant', 'acme')
const refused = (content, kind) => imported(content, kind).then(() => assert.fail('it should be refused'), (error) => error.stdout + error.stderr)

const post = async (page, action, form = {}) => {
  const body = new URLSearchParams({ _key: await stack.key(portal, page, headers, action) })
  for (const [name, value] of Object.entries(form)) body.append(name, value)
  return stack.request(portal, action, { headers, form: body })
}
const undo = (location) => post(location, `${location}/undo`, { sure: '1' })
const upload = async (name, content) => {
  const key = await stack.key(portal, '/shop/products/import', headers, '/shop/products/import'), edge = 'x'.repeat(30)
  const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="_key"\r\n\r\n${key}\r\n--${edge}\r\n` +
    `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`), Buffer.from(content), Buffer.from(`\r\n--${edge}--\r\n`)])
  return stack.request(portal, '/shop/products/import', { method: 'POST', headers: { ...headers, 'Content-Type': `multipart/form-data; boundary=${edge}` }, body })
}
const chosen = (body) => Object.fromEntries([...body.matchAll(/<select[^>]* name="([^"]+)">([^]*?)<\/select>/g)].map(([, name, options]) =>
  [name, options.match(/value="(\d+)"[^>]* selected/)?.[1] ?? '0']))
// The page once nothing is in progress any more.
const settled = (location) => until('it is settled', async () => {
  const { body } = await see(location)
  return !/id="progress"[^>]*hx-get/.test(body) && text(body)
}, 30)
const checked = async (name, content) => {
  const { headers: { location } } = await upload(name, content)
  await post(location, location, chosen((await see(location)).body))
  return { location, body: await settled(location) }
}
const started = async (name, content, form = {}) => {
  const { location } = await checked(name, content)
  assert.equal((await post(location, `${location}/start`, form)).status, 303)
  return { location, body: await settled(location) }
}
// Retries wait for seconds; a test does not.
const hurry = () => stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE dispatcher IS NULL')

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'en')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  headers = { Cookie: await stack.signIn('acme') }
  await stack.sql("UPDATE t1.member SET language = 'en'")
})
after(() => stack?.stop())

test('what differs by an accent, a capital or a sign stays different', async () => {
  const shopify = 'Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n'
  assert.match(await imported(shopify + 'vin,Vin,Caves,Robe,Rosé,,shopify,6,10.00\nvin,,,,Rose,,shopify,2,11.00\nvin,,,,rose,,shopify,3,12.00\n'), /1 products, 3 variants/)
  assert.deepEqual(await rows("SELECT v.option1, v.stock FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'vin' ORDER BY v.id"), [['Rosé', '6'], ['Rose', '2'], ['rose', '3']])
  await imported('ID,Type,SKU,Name,Stock,Regular price,Categories\n271,simple,90.750,Roulement,10,4.00,Moteur\n272,simple,90-750,Courroie,3,19.00,moteur\n')
  assert.deepEqual(await rows("SELECT code, name FROM product WHERE code LIKE '90%' ORDER BY id"), [['90.750', 'Roulement'], ['90-750', 'Courroie']])
  assert.deepEqual(await rows("SELECT path, slug FROM category WHERE path = 'moteur' ORDER BY id"), [['moteur', 'moteur-2']])
  await imported('ID,Type,SKU,Name,Regular price,Categories\n1,simple,s,Самовар,120,Посуда\n2,simple,m,Матрёшка,30,ボード\n3,simple,n,Матрёшка,31,スノー\n')
  assert.deepEqual(await rows("SELECT slug, title FROM category WHERE slug LIKE 'cat%' OR slug LIKE 'pos%' ORDER BY id"), [['posuda', 'Посуда'], ['category', 'ボード'], ['category-2', 'スノー']])
  assert.deepEqual(await rows("SELECT slug FROM product WHERE name = 'Матрёшка' ORDER BY id"), [['matryoshka'], ['matryoshka-2']])
  for (const page of ['/en/c/posuda', '/en/c/category-2', '/en/p/matryoshka-2']) assert.equal((await visit(page)).status, 200, page)
})

test('articles that share a number are kept apart, and it is told', async () => {
  const said = await imported('Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n' +
    'bague,Bague,Title,Default Title,N/A,shopify,5,12\ncollier,Collier,Title,Default Title,N/A,shopify,2,40\ntee,Tee,Taille,S,TEE,shopify,1,20\ntee,,,M,TEE,shopify,2,20\n')
  assert.match(said, /3 products, 4 variants/)
  assert.match(said, /:3: warning: Another article has this SKU too; both are kept\. \(N\/A\)/)
  assert.deepEqual(await rows("SELECT p.code, v.code, v.stock FROM variant v JOIN product p ON p.id = v.product WHERE v.sku IN ('N/A', 'TEE') ORDER BY v.id"),
    [['bague', 'N\\\\/A', '5'], ['collier', 'N\\\\/A', '2'], ['tee', 'TEE/S', '1'], ['tee', 'TEE/M', '2']])
  const woo = 'ID,Type,SKU,Name,Regular price\n501,simple,W-1,Lanterne,5\n502,simple,W-1,Bougie,6\n'
  for (let i = 0; i < 2; i++) assert.match(await imported(woo), /2 products, 2 variants/)
  assert.deepEqual(await rows("SELECT name, price_cents FROM product WHERE name IN ('Lanterne', 'Bougie') ORDER BY id"), [['Lanterne', '500'], ['Bougie', '600']])
})

test('a variant that gets its number later is the same one', async () => {
  await imported('product,name,option1_name,option1,price,stock\nsac,Sac,Couleur,Noir,10,1\nsac,,,Brun,11,2\n')
  await imported('product,name,sku,option1_name,option1,price,stock\nsac,Sac,S-1,Couleur,Noir,10,5\nsac,,S-2,,Brun,11,6\n')
  assert.deepEqual(await rows("SELECT v.code, v.option1, v.stock FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'sac' ORDER BY v.id"), [['S-1', 'Noir', '5'], ['S-2', 'Brun', '6']])
})

test('a row that is repeated is one variant, and a number that others come to share stays where it was', async () => {
  const head = 'product,name,sku,option1_name,option1,price,stock\n', all = () => rows("SELECT v.code, v.option1, v.stock FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'bol' ORDER BY v.id")
  assert.match(await imported(head + 'bol,Bol,B,Taille,S,10,1\nbol,Bol,B,Taille,S,10,2\n'), /1 variants, 1 rows repeated/)
  assert.deepEqual(await all(), [['B', 'S', '2']])
  await imported(head + 'bol,Bol,B,Taille,S,10,3\nbol,Bol,B,Taille,M,10,4\n')
  assert.deepEqual(await all(), [['B/S', 'S', '3'], ['B/M', 'M', '4']])
})

test('a file without a column leaves what the shop has there', async () => {
  await imported('product,name,category,description,condition,price,stock,published\nvase,Vase,Déco > Vases,Un beau vase.,good,10,3,0\n')
  await imported('product,name,price\nvase,Vase,12\n')
  assert.deepEqual(await rows("SELECT p.description, p.quality, p.published, c.path, v.price_cents, v.stock FROM product p JOIN category c ON c.id = p.category JOIN variant v ON v.product = p.id WHERE p.code = 'vase'"),
    [['Un beau vase.', 'good', '0', 'Déco > Vases', '1200', '3']])
})

test("WooCommerce's variations: before their parent, with its stock, by their attributes' names, with four of them", async () => {
  const head = 'ID,Type,SKU,Name,Published,Stock,Regular price,Categories,Parent,' + [1, 2, 3, 4].map((n) => `Attribute ${n} name,Attribute ${n} value(s)`).join(',') + '\n'
  await imported(head + '242,variation,t-s,Tee - S,1,4,18.00,,id:241,Taille,S\n241,variable,,Tee,1,,,W15,,Taille,S\n')
  assert.deepEqual(await rows("SELECT p.code, v.option1, v.stock FROM variant v JOIN product p ON p.id = v.product WHERE v.sku = 't-s'"), [['id:241', 'S', '4']])
  const shared = await imported(head + '111,variable,mug,Tasse,1,7,,W02,,Couleur,"Bleu, Vert"\n112,variation,mug-b,Tasse,1,parent,12.00,,mug,Couleur,Bleu\n113,variation,mug-v,Tasse,1,parent,12.00,,mug,Couleur,Vert\n')
  assert.match(shared, /warning: The stock is counted for all variants of the article together there/)
  assert.deepEqual(await rows("SELECT stock FROM variant WHERE sku LIKE 'mug-%'"), [['7'], ['7']])
  await imported(head + '101,variable,boot,Bottes,1,,,W01,,Marque,Aigrette,Pointure,"38, 39"\n102,variation,boot-38,Bottes,1,2,59.00,,boot,Pointure,38\n103,variation,boot-39,Bottes,1,3,59.00,,boot,Pointure,39\n')
  assert.deepEqual(await rows("SELECT p.option1_name, v.option1 FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'boot'"), [['Pointure', '38'], ['Pointure', '39']])
  await imported(head + '201,variable,,Table,1,,,W11,,Bois,Chêne,Longueur,160,Finition,Huile,Pieds,"Droits, Courbes"\n' +
    '202,variation,,Table,1,1,400.00,,id:201,Bois,Chêne,Longueur,160,Finition,Huile,Pieds,Droits\n203,variation,,Table,1,1,450.00,,id:201,Bois,Chêne,Longueur,160,Finition,Huile,Pieds,Courbes\n')
  assert.deepEqual(await rows("SELECT p.option3_name, v.option3, v.price_cents FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'id:201' ORDER BY v.id"),
    [['Finition / Pieds', 'Huile / Droits', '40000'], ['Finition / Pieds', 'Huile / Courbes', '45000']])
  const none = await imported(head + '301,variable,empty,Sans variation,1,,,W11,\n')
  assert.match(none, /warning: No variant of this article can be sold: it is imported as hidden/)
  assert.equal((await visit('/en/p/sans-variation')).status, 404)
})

test('categories of three levels are seen, listed and saved as they are', async () => {
  await imported('ID,Type,SKU,Name,Stock,Regular price,Categories\n321,simple,w23-a,Chemise,1,35,Habits > Homme > Chemises\n322,simple,w23-b,Pantalon,1,45,Habits > Homme\n')
  const { body } = await visit('/en/p/chemise')
  for (const level of ['habits', 'habits-homme', 'habits-homme-chemises']) assert.match(body, new RegExp(`href="/en/c/${level}"`))
  const middle = (await visit('/en/c/habits-homme')).body
  assert.match(middle, /href="\/en\/c\/habits"[^]*href="\/en\/c\/habits-homme-chemises"/)
  assert.equal(middle.match(/class="product"/g).length, 2)
  assert.match((await visit('/en/c/habits-homme-chemises')).body, /Chemise/)
  const [[id]] = await rows("SELECT id FROM product WHERE code = 'w23-a'"), page = `/shop/products/${id}`, form = (await see(page)).body
  assert.match(text(form), /value="Habits (>|&gt;) Homme (>|&gt;) Chemises"/)
  const facts = 'SELECT COUNT(*), (SELECT category FROM product WHERE id = ' + id + ') FROM category', before = await rows(facts)
  await post(page, page, { name: 'Chemise', category: 'Habits > Homme > Chemises', quality: 'new', vat: 'standard', published: '1' })
  assert.deepEqual(await rows(facts), before)
  assert.deepEqual(await rows("SELECT products FROM category WHERE path = 'Habits > Homme'"), [['2']])
})

test('the option of a single variant is shown', async () => {
  await imported('product,name,sku,option1_name,option1,price,stock\nveste,Veste en laine,u-1,Taille,M,45.00,1\n')
  assert.match((await visit('/en/p/veste')).body, /Taille: <strong>M<\/strong>/)
})

test('long texts are shortened between two letters, and told', async () => {
  const title = 'x' + 'é'.repeat(120), name = 'y' + 'é'.repeat(250)
  const said = await imported(`product,name,category,price\nlong,${name},${title},5\n`)
  assert.match(said, /:2:2: warning: This text is too long for the shop, and is shortened/)
  assert.match(said, /:2:3: warning: This text is too long/)
  assert.deepEqual(await rows("SELECT p.name, c.title FROM product p JOIN category c ON c.id = p.category WHERE p.code = 'long'"), [['y' + 'é'.repeat(199), 'x' + 'é'.repeat(99)]])
})

test('a report brings no control characters to a terminal', async () => {
  const said = await imported('product,name,sku,price\nesc,A,\x1b[31mred\x9b,5\nesc,A,\x1b[31mred\x9b,6\n'.replaceAll('\x9b', '\u009b'))
  assert.match(said, /red/)
  assert.doesNotMatch(said, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/) // eslint-disable-line no-control-regex
})

test('good rows alone may go in from the command line too', async () => {
  const said = await imported('product,name,price\ng-1,Bon,5\ng-2,Mauvais,douze\n', 'products-good-rows')
  assert.match(said, /:3:3: warning: left out: The price is not an amount/)
  assert.deepEqual(await rows("SELECT code FROM product WHERE code LIKE 'g-%'"), [['g-1']])
  assert.match(await refused('product,name,price\ng-3,Mauvais,douze\n', 'products-good-rows'), /nothing was imported/)
})

test('a payment is checked as on the page of settings', async () => {
  const name = 'Coopérative « Les Bons Vélos d’Occasion & Réparations de la Meuse » — Ateliers réunis ASBL'
  assert.match(await refused(`beneficiary,iban,bic\n${name},BE68539007547034,TRIOBEBB\n`, 'payment'), /:2:1: error: the beneficiary has 1 to 70 characters/)
  assert.match(await refused('beneficiary,iban,bic\nA,BE68539007547034,trio\n', 'payment'), /:2:3: error: a BIC has 8 or 11/)
  await imported('beneficiary,iban,bic\nA,BE68539007547034,TRIOBEBB\n', 'payment')
})

test('the exports of others are taken as they lie', async (t) => {
  const file = path.join(shared, 'prestashop-products.csv')
  if (!fs.existsSync(file)) return t.skip('no ../shared/shop/prestashop-products.csv beside this checkout')
  const { body } = await checked('presta.csv', fs.readFileSync(file))
  assert.doesNotMatch(body, /state-bad/)
  assert.match(body, /new article/)
})

test('what the shop exports changes nothing when it is imported again', async () => {
  await imported('product,name,category,description,sku,price,stock,published\nr-a,-20 °C sac de couchage,R01,@maison,+49-100,80.00,2,1\n' +
    "r-b,''=x,R01,Copier vers C:\\nouveau\\test <b>,r-b,8.00,2,1\n")
  const facts = 'SELECT p.*, v.* FROM product p JOIN variant v ON v.product = p.id ORDER BY v.id', before = await rows(facts)
  const categories = await rows('SELECT * FROM category ORDER BY id')
  const file = (await see('/shop/products/file')).body
  assert.match(file, /"'-20 °C sac de couchage"/)
  const { body } = await started('products.csv', file)
  assert.match(body, /articles? added<\/dt><dd>0<\/dd>/)
  assert.deepEqual(await rows(facts), before)
  assert.deepEqual(await rows('SELECT * FROM category ORDER BY id'), categories)
})

test('good rows go in; the others come back as a file with reasons, which is corrected and uploaded again', async () => {
  const file = 'ID;Type;SKU;Name;Regular price;Parent;Attribute 1 name;Attribute 1 value(s)\n1;simple;ok-1;Bonne;5,00;;;\n2;simple;bad-1;"Mauvaise; oui";douze;;;\n' +
    '3;variable;bad-2;;;;Taille;S\n4;variation;bad-3;Sans;7,00;bad-2;Taille;S\n'
  const { location, body } = await checked('quatre.csv', file)
  assert.match(body, /new article<\/dt><dd>1<\/dd>/)
  assert.match(body, /errors<\/dt><dd>3<\/dd>/)
  assert.equal((await post(location, `${location}/start`, { mode: 'all' })).status, 422, 'all or nothing')
  assert.equal((await post(location, `${location}/start`, { mode: 'good' })).status, 303)
  const result = await settled(location)
  assert.match(result, /article added<\/dt><dd>1<\/dd>/)
  assert.match(result, /rows not imported<\/dt><dd>3<\/dd>/)
  assert.deepEqual(await rows("SELECT code FROM product WHERE code LIKE 'ok-%' OR code LIKE 'bad-%'"), [['ok-1']])
  const back = await see(`${location}/errors`)
  assert.match(back.headers['content-disposition'], /errors\.csv/)
  const lines = back.body.trim().split('\r\n')
  assert.equal(lines.length, 4)
  assert.match(lines[0], /^\ufeff?"ID";"Type";.*;"Reason"$/)
  assert.match(lines[1], /^"2";"simple";"bad-1";"Mauvaise; oui";"douze";"";"";"";"The price is not an amount such as 12\.50\."$/)
  assert.match(lines[3], /The row of this variant's article has an error/)
  const again = await checked('errors.csv', back.body.replace('"douze"', '"12,00"').replace('"3";"variable";"bad-2";""', '"3";"variable";"bad-2";"Nommée"'))
  assert.match(again.body, /Ready to import/)
  await post(again.location, `${again.location}/start`, {})
  await settled(again.location)
  assert.deepEqual(await rows("SELECT p.code, v.sku FROM product p JOIN variant v ON v.product = p.id WHERE p.code LIKE 'bad-%' ORDER BY v.id"), [['bad-1', 'bad-1'], ['bad-2', 'bad-3']])
  const third = await checked('errors.csv', back.body)
  assert.equal((await see(`${third.location}/errors`)).body.match(/Reason/g).length, 1, 'the column is not there twice')
})

test('new articles may come in hidden, and those that are there stay as they are', async () => {
  await imported('product,name,price\nshown,Montré,5\n')
  await started('hidden.csv', 'product,name,price,published\nshown,Montré,6,1\nlater,Plus tard,7,1\n', { hidden: '1' })
  assert.deepEqual(await rows("SELECT code, published FROM product WHERE code IN ('shown', 'later') ORDER BY code"), [['later', '0'], ['shown', '1']])
})

test('an import can be undone, the latest first, until something of it was sold', async () => {
  await imported('product,name,category,description,price,stock\nu-old,Ancien,Vieux,Avant.,5,1\n')
  const facts = "SELECT (SELECT COUNT(*) FROM product), (SELECT COUNT(*) FROM variant), (SELECT COUNT(*) FROM category), p.name, p.description, p.category, p.price_cents, v.price_cents, v.stock FROM product p JOIN variant v ON v.product = p.id WHERE p.code = 'u-old'"
  const before = await rows(facts)
  const first = await started('first.csv', 'product,name,category,description,sku,price,stock\nu-old,Nouveau,Neuf > Plus > Encore,Après.,,9,4\nu-new,Ajouté,Neuf,,U-N,7,2\n')
  assert.match(first.body, /Undo this import/)
  const second = await started('second.csv', 'product,name,price\nu-old,Encore autre,11\n')
  assert.match((await see(first.location)).body, /undo the later one first/)
  assert.equal((await undo(second.location)).status, 303)
  assert.match(await settled(second.location), /The shop is as it was before this import/)
  assert.deepEqual((await one(facts)).slice(3, 5), ['Nouveau', 'Après.'])
  const asked = await post(first.location, `${first.location}/undo`), question = text(asked.body)
  assert.equal(asked.status, 200)
  assert.match(question, /Undo this import\?[^]*1 article is deleted\.[^]*1 variant is deleted\.[^]*1 article is restored[^]*1 price is set back\./)
  assert.doesNotMatch(question, /disappear/)
  assert.equal((await one(facts))[3], 'Nouveau', 'nothing has changed yet')
  assert.doesNotMatch((await see(first.location)).body, /Undoing/)
  // The confirmation is a separate form, and needs no script.
  const key = asked.body.match(new RegExp(`action="${first.location}/undo"><input type="hidden" name="_key" value="([^"]+)"><input type="hidden" name="sure" value="1">`))[1]
  assert.equal((await stack.request(portal, `${first.location}/undo`, { headers, form: { _key: key, sure: '1' } })).status, 303)
  await settled(first.location)
  assert.deepEqual(await rows(facts), before)

  const sold = await started('sold.csv', 'product,name,sku,price,stock\nu-sold,Vendu,U-S,7,2\n'), late = await stack.key(portal, sold.location, headers, `${sold.location}/undo`)
  await stack.sql(`USE t1_shop; INSERT INTO shop_order (token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
    VALUES (REPEAT('u', 32), '000000000001', 'K', 'k@example.org', 'x 1', '9000', 'Gent', 'BE', 'nl', 100, 'EUR', UTC_TIMESTAMP(6));
    INSERT INTO order_line (shop_order, variant, name, options, count, price_cents) SELECT LAST_INSERT_ID(), id, 'x', '', 1, 700 FROM variant WHERE sku = 'U-S'`)
  assert.match((await see(sold.location)).body, /Something of it was sold/)
  assert.equal((await stack.request(portal, `${sold.location}/undo`, { headers, form: { _key: late, sure: '1' } })).status, 422)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE code = 'u-sold'"), [['1']])

  const old = await started('old.csv', 'product,name,price\nu-kept,Gardé,3\n'), past = await stack.key(portal, old.location, headers, `${old.location}/undo`)
  await stack.sql('DELETE FROM t1_shop.import_product WHERE import_run = (SELECT MAX(id) FROM t1_shop.import_run)')
  const forgotten = await stack.request(portal, `${old.location}/undo`, { headers, form: { _key: past, sure: '1' } })
  assert.equal(forgotten.status, 422)
  assert.match(forgotten.body, /is no longer stored/)
})

test('undoing leaves what was removed by hand, and is refused where something stands in its place', async () => {
  const facts = () => rows("SELECT v.code, v.sku, v.option1, v.price_cents, v.removed FROM variant v JOIN product p ON p.id = v.product WHERE p.code = 'hand' ORDER BY v.id")
  await imported('product,name,option1_name,option1,price,stock\nhand,Main,Couleur,Noir,10,1\nhand,,,Brun,11,2\nhand,,,Vert,12,3\nhand,,,Gris,13,4\n')
  const before = await facts(), [black, brown, green, grey] = before
  const { location } = await started('hand.csv', 'product,name,sku,option1_name,option1,price,stock\nhand,Main,H-1,Couleur,Noir,20,5\nhand,,H-2,,Brun,21,6\nhand,,H-3,,Vert,22,7\nhand,,H-4,,Gris,23,8\n')
  assert.deepEqual((await facts()).map(([code]) => code), ['H-1', 'H-2', 'H-3', 'H-4'])
  // One is hidden because of its orders, one is deleted, and a new one has the code of the third.
  await stack.sql(`USE t1_shop; UPDATE variant SET removed = 1, code = CONCAT('removed/', id) WHERE code = 'H-1'; DELETE FROM variant WHERE code = 'H-2';
    INSERT INTO variant (product, code, option1, price_cents) SELECT product, '${green[0]}', 'Vert', 99 FROM variant WHERE code = 'H-3'`)
  const hidden = (await facts())[0]
  const key = await stack.key(portal, location, headers, `${location}/undo`).catch(() => null)
  assert.equal(key, null, 'there is no button')
  assert.match(text((await see(location)).body), /has a new variant in place of one that this import changed/)
  const free = (await facts()).slice(1)
  await stack.sql(`DELETE FROM t1_shop.variant WHERE code = '${green[0]}'`)
  const early = await stack.key(portal, location, headers, `${location}/undo`)
  await stack.sql(`USE t1_shop; INSERT INTO variant (product, code, option1, price_cents) SELECT product, '${green[0]}', 'Vert', 99 FROM variant WHERE code = 'H-3'`)
  const refusal = await stack.request(portal, `${location}/undo`, { headers, form: { _key: early } })
  assert.equal(refusal.status, 422)
  assert.match(text(refusal.body), /Remove the new variant, then undo the import/)
  assert.deepEqual((await facts()).slice(1), free, 'nothing was undone')
  // Two that have swapped their codes get them back.
  await stack.sql(`USE t1_shop; DELETE FROM variant WHERE code = '${green[0]}'; UPDATE variant SET code = '${grey[0]}' WHERE code = 'H-3'; UPDATE variant SET code = '${green[0]}' WHERE code = 'H-4'`)
  assert.equal((await undo(location)).status, 303)
  assert.match(await settled(location), /The shop is as it was before this import/)
  assert.deepEqual(await facts(), [hidden, green, grey])
  assert.notDeepEqual([black, brown], [])
})

test('a reduced price ends after its last day, or with another price', async () => {
  const [[today]] = await rows("SELECT DATE(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+01:00'))"), night = () => stack.cli('job', 'run', 'shop', 'end_sales', '--tenant', 'acme')
  const facts = () => one("SELECT v.price_cents, COALESCE(v.regular_cents, '-'), COALESCE(v.sale_until, '-'), p.price_cents FROM variant v JOIN product p ON p.id = v.product WHERE v.sku = 'SALE-1'")
  const woo = `ID,Type,SKU,Name,Date sale price ends,Sale price,Regular price\n901,simple,SALE-1,Lampe,2999-12-31,60,100\n`
  await imported(woo)
  assert.deepEqual(await facts(), ['6000', '10000', '2999-12-31', '6000'])
  const page = `/shop/products/${(await one("SELECT product FROM variant WHERE sku = 'SALE-1'"))[0]}`
  assert.match(text((await see(page)).body), /Reduced until 31 Dec 2999, then €100\.00 again/)
  await imported('ID,Type,SKU,Name,Regular price\n901,simple,SALE-1,Lampe,60\n')
  assert.deepEqual(await facts(), ['6000', '10000', '2999-12-31', '6000'], 'a file without the sale leaves it')
  await stack.sql(`UPDATE t1_shop.variant SET sale_until = '${today}' WHERE sku = 'SALE-1'`)
  await night()
  await until('its last day is over', async () => (await stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'end_sales'")) === '0')
  assert.deepEqual(await facts(), ['6000', '10000', today, '6000'], 'on its last day it is reduced still')
  await stack.sql(`UPDATE t1_shop.variant SET sale_until = '${today}' - INTERVAL 1 DAY WHERE sku = 'SALE-1'`)
  await night()
  await until('it has ended', async () => (await facts()).join() === '10000,-,-,10000')
  await imported(woo)
  await imported('ID,Type,SKU,Name,Regular price\n901,simple,SALE-1,Lampe,70\n')
  assert.deepEqual(await facts(), ['7000', '-', '-', '7000'], 'another price ends it')
})

test('an import whose job fails for good says why, and can be tried again', async () => {
  await stack.sql("ALTER TABLE t1_shop.product ADD CONSTRAINT no_room CHECK (code NOT LIKE 'boom%')")
  const { location } = await checked('boom.csv', 'product,name,price\nboom-1,Boum,5\n')
  await post(location, `${location}/start`)
  await until('it waits for another try', async () => /is retried:[^]*no_room/.test((await see(location)).body), 40)
  await until('it is dead', async () => { await hurry(); await post('/shop/products/new', '/shop/products/new', { name: 'Réveil', price: '1' }); return !/hx-get/.test((await see(location)).body) }, 30)
  const { body } = await see(location)
  assert.match(body, /It failed, and nothing was changed:[^]*no_room/)
  assert.match((await see('/shop/products/import')).body, /boom\.csv[^]*Failed/)
  await stack.sql('ALTER TABLE t1_shop.product DROP CONSTRAINT no_room')
  await post(location, location, chosen(body))
  assert.match(await settled(location), /Ready to import/)
  await post(location, `${location}/start`)
  assert.match(await settled(location), /article added<\/dt><dd>1<\/dd>/)
})

test('an import whose job was cancelled, here or among the tasks, has ended', async () => {
  await stack.sql("ALTER TABLE t1_shop.product ADD CONSTRAINT no_room CHECK (code NOT LIKE 'bang%')")
  const begin = async (name) => {
    const { location } = await checked(`${name}.csv`, `product,name,price\nbang-${name},Boum,5\n`)
    await post(location, `${location}/start`)
    await until('it waits for another try', async () => /is retried/.test((await see(location)).body), 40)
    return location
  }
  const dead = () => stack.sql("SELECT COUNT(*) FROM queue.dead WHERE name = 'import_products'"), earlier = await dead(), here = await begin('here')
  assert.equal((await post(here, `${here}/cancel`)).status, 303)
  assert.match(text((await see(here)).body), /Cancelled by Owner\. Nothing was changed/)
  assert.doesNotMatch((await see(here)).body, /hx-get/)
  await until('its job has ended', async () => { await hurry(); await post('/shop/products/new', '/shop/products/new', { name: 'Réveil', price: '1' }); return await stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'import_products'") === '0' }, 30)
  assert.equal(await dead(), earlier, 'what was cancelled is no failure')

  const there = await begin('there')
  await stack.cli('job', 'cancel', await stack.sql("SELECT id FROM queue.outbox WHERE name = 'import_products'"))
  await until('it has ended', async () => !/hx-get/.test((await see(there)).body), 20)
  assert.match((await see(there)).body, /The task was cancelled before it was done/)
  await stack.sql('ALTER TABLE t1_shop.product DROP CONSTRAINT no_room')
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE code IN ('bang-here', 'bang-there')"), [['0']])
})

test('an import that was cancelled while its job ran keeps nothing of it', async () => {
  const lines = ['product,name,price']
  for (let i = 0; i < 3000; i++) lines.push(`many-${i},Beaucoup,5`)
  const { location } = await checked('many.csv', lines.join('\n')), key = await stack.key(portal, location, headers, `${location}/start`)
  await stack.request(portal, `${location}/start`, { headers, form: { _key: key } })
  await stack.sql("UPDATE t1_shop.import_run SET state = 'failed', reason = 'owner' WHERE state = 'importing'")
  await until('its job has ended', async () => { await hurry(); await post('/shop/products/new', '/shop/products/new', { name: 'Réveil', price: '1' }); return await stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'import_products'") === '0' }, 30)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE code LIKE 'many-%'"), [['0']])
  assert.match((await see(location)).body, /Failed/)
})

test('thousands of articles of one name have an address each', async () => {
  const lines = ['product,name,price']
  for (let i = 0; i < 1500; i++) lines.push(`livre ${i}?,Livre,5`, `${'?'.repeat(i % 200 + 1)}${i < 200 ? '' : '¿'.repeat(Math.floor(i / 200))},スノー,6`)
  await imported(lines.join('\n'))
  assert.deepEqual(await rows("SELECT COUNT(*), COUNT(DISTINCT slug) FROM product WHERE name IN ('Livre', 'スノー')"), [['3000', '3000']])
  assert.equal((await visit('/en/p/article-2')).status, 200)
})

test('a file with a long name, a long heading or too few columns is taken', async () => {
  const { status, headers: { location } } = await upload(`x${'é'.repeat(90)}.csv`, `name;price;${'é'.repeat(70)}x\nA;5;${'é'.repeat(80)}\n`)
  assert.equal(status, 303)
  const { body } = await see(location)
  assert.match(body, new RegExp(`${'é'.repeat(60)} \\(${'é'.repeat(60)}\\)`))
  assert.doesNotMatch(body, /\ufffd/)
  const longer = await upload(`x${'é'.repeat(160)}.csv`, 'name;price\nA;5\n')
  assert.equal(longer.status, 303)
  assert.match((await see(longer.headers.location)).body, new RegExp(`<h1>x${'é'.repeat(149)}</h1>`))
  const workbook = await upload('book.xlsx', Buffer.from('504b030414000600', 'hex'))
  assert.equal(workbook.status, 422)
  assert.match(workbook.body, /This is a workbook, not a CSV file/)
  const { body: dry } = await checked('sep.csv', 'sep=;\nproduct;name;price;stock\nc02-a;C02 Lampe;12,50;3\nc02-b;C02 Table;12,50\n')
  assert.match(dry, /new articles<\/dt><dd>2<\/dd>/)
})

test('imports go after half a year, with all that they kept', async () => {
  const left = () => one("SELECT COUNT(*) FROM import_run WHERE file_name LIKE 'month-%'").then(([count]) => Number(count))
  const sweep = async () => {
    await stack.sql("INSERT INTO queue.outbox (role, name, body) VALUES ('t1_shop', 'sweep', '{}')")
    await upload('wakes.csv', 'product,name,price\n')
    await until('swept', async () => (await stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'sweep'")) === '0', 70)
  }
  for (let month = 1; month <= 9; month++) {
    await started(`month-${month}.csv`, `product,name,price,stock\nmonth,Month ${month},${month},1\nmonth2,,x,1\n`)
    await stack.sql('UPDATE t1_shop.import_run SET created = created - INTERVAL 31 DAY')
    await sweep()
    assert.ok(await left() <= 5, `in month ${month}`)
  }
  for (const table of ['import_product', 'import_variant', 'import_category', 'import_line'])
    assert.deepEqual(await one(`SELECT COUNT(*) FROM ${table} WHERE import_run NOT IN (SELECT id FROM import_run)`), ['0'], table)
})
