// SPDX-License-Identifier: EUPL-1.2
// The shop: imports of real exports, its pages, orders that are stored once, stock that stays exact.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { formsIn, sent } from 'scopiton/test/forms'
import { root, start, until } from 'scopiton/test'
import { damaged, expected, mistaken } from './mistaken.mjs'

const host = 'acme.localhost'
const shared = path.join(root, '../shared/shop')
let stack, database

const rows = async (sql) => (await stack.sql(`USE ${database}; ${sql}`)).split('\n').filter(Boolean).map((line) => line.split('\t'))
const write = (name, text) => { const file = path.join(stack.folder, name); fs.writeFileSync(file, text); return file }
const imported = (...files) => stack.cli('import', 'shop', 'products', ...files, '--tenant', 'acme')
const refused = async (file) => {
  const error = await imported(file).then(() => null, (error) => error)
  assert.ok(error, 'the import should be refused')
  assert.equal(error.code, 1)
  return error.stdout + error.stderr
}

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  database = `t${await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'")}_shop`
})
after(() => stack.stop())

test('an empty shop says so, in words that help', async () => {
  const { status, body } = await stack.request(host, '/fr/')
  assert.equal(status, 200)
  assert.match(body, /Cette boutique ouvre bientôt/)
})

test("WooCommerce's own sample is imported right", async (t) => {
  const file = path.join(shared, 'woocommerce-products.csv')
  if (!fs.existsSync(file)) return t.skip('no ../shared/shop/woocommerce-products.csv beside this checkout')
  const said = await imported(file)
  assert.match(said, /WooCommerce: 16 products, 21 variants/)
  assert.match(said, /warning: The same variant is already in an earlier row.*\(woo-vneck-tee-red\)/)
  assert.match(said, /warning: A grouped product/)
  assert.deepEqual(await rows("SELECT option1, option2, price_cents, stock FROM variant WHERE sku = 'woo-hoodie-red'"),
    [['Red', 'No', '4200', 'NULL']])
  assert.deepEqual(await rows("SELECT c.title, t.title FROM product p JOIN category c ON c.id = p.category JOIN category t ON " +
    "t.id = p.top WHERE p.code = 'woo-tshirt'"), [['Tshirts', 'Clothing']])
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE published = 0"), [['1']])
})

test('the same file again makes no duplicates', async (t) => {
  const file = path.join(shared, 'woocommerce-products.csv')
  if (!fs.existsSync(file)) return t.skip('no ../shared/shop/woocommerce-products.csv beside this checkout')
  const count = 'SELECT (SELECT COUNT(*) FROM product), (SELECT COUNT(*) FROM variant), (SELECT COUNT(*) FROM category)'
  const before = await rows(count)
  await imported(file)
  assert.deepEqual(await rows(count), before)
})

test("Shopify's own sample is imported right", async (t) => {
  const file = path.join(shared, 'shopify-apparel.csv')
  if (!fs.existsSync(file)) return t.skip('no ../shared/shop/shopify-apparel.csv beside this checkout')
  assert.match(await imported(file), /Shopify: \d+ products, \d+ variants, 0 rows repeated/)
  assert.deepEqual(await rows("SELECT v.option1, v.price_cents FROM variant v JOIN product p ON p.id = v.product WHERE p.slug = " +
    "'classic-varsity-top' ORDER BY v.id"), [['Small', '6000'], ['Medium', '6000'], ['Large', '6000']])
  assert.deepEqual(await rows("SELECT v.stock, v.code FROM variant v JOIN product p ON p.id = v.product WHERE p.slug = " +
    "'ocean-blue-shirt'"), [['NULL', '/']])
  await imported(file)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE slug = 'classic-varsity-top'"), [['1']])
})

test('a wrong row is told with line and column, and nothing of the file is stored', async () => {
  const said = await refused(write('wrong.csv',
    'product,name,category,price,stock\nlamp-a,Lampe A,Lampes,12.50,3\nlamp-b,Lampe B,Lampes,douze,3\nlamp-c,,,5,x\n'))
  assert.match(said, /wrong\.csv:3:4: error: The price is not an amount/)
  assert.match(said, /wrong\.csv:4:5: error: The stock is not a whole number/)
  assert.match(said, /nothing was imported/)
  assert.deepEqual(await rows("SELECT COUNT(*) FROM product WHERE slug LIKE 'lamp-%'"), [['0']])
  assert.deepEqual(await rows("SELECT COUNT(*) FROM category WHERE slug = 'lampes'"), [['0']])
})

test('a file of an old program is read, and its encoding told as an assumption', async () => {
  const said = await imported(write('latin1.csv', Buffer.from('product;name;price\nvelo-old;V\xe9lo \x80;5,00\n', 'latin1')))
  assert.match(`${said.stdout ?? said}${said.stderr ?? ''}`, /warning: The file is not UTF-8\. .* \(windows-1252\)/)
  assert.deepEqual(await rows("SELECT name FROM product WHERE slug = 'velo-old'"), [['Vélo €']])
})

test('files that are no export are refused with a clear sentence', async () => {
  assert.match(await refused(write('empty.csv', '')), /The file is empty/)
  assert.match(await refused(write('damaged.csv', damaged('product,name,price\nv,Vélo électrique V\x01lo,5\n'))), /damaged\.csv:2.*not UTF-8/)
  assert.match(await refused(write('book.xlsx', Buffer.from('504b0304140006000800', 'hex'))), /This is a workbook, not a CSV file/)
  assert.match(await refused(write('cut.csv', 'product,name,price\na,"Lampe,5\nb,B,6\n')), /quote is opened here and never closed/)
  assert.match(await refused(write('wide.csv', 'a,'.repeat(1000000) + '\n')), /more than 500 columns/)
  assert.match(await refused(write('other.csv', 'name;mail\nA;b@c.d\n')), /not the columns of a product export/)
  assert.match(await refused(write('long.csv', 'product,name,price\na,A,5,,x\n')), /long\.csv:2: error: This row has more fields than the first one/)
  assert.match(await refused(write('none.csv', 'product,name,price\n')), /The file has no rows/)
  assert.match(await refused(write('binary.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]))), /This is not UTF-8/)
  assert.match(await refused(path.join(stack.folder, 'missing.csv')), /cannot be read/)
})

const counts = 'SELECT (SELECT COUNT(*) FROM product), (SELECT COUNT(*) FROM variant), (SELECT COUNT(*) FROM category)'

for (const [format, text] of Object.entries(mistaken)) {
  test(`each mistake in an export of ${format} is told with its line, and nothing of the file is stored`, async () => {
    const before = await rows(counts), said = await refused(write(`${format}.csv`, text))
    const told = said.split('\n').flatMap((line) => [...line.matchAll(/^.*\.csv:([\d:]+): (error|warning): (.*)$/g)].map(([, ...parts]) => parts))
    assert.deepEqual(told.map(([place, kind]) => [place, kind]), expected[format].map(([place, kind]) => [place, kind]), said)
    for (const [i, [, , words]] of told.entries()) assert.match(words, expected[format][i][2])
    assert.match(said, /nothing was imported/)
    assert.deepEqual(await rows(counts), before)

    // The first invalid UTF-8 byte is on line nine.
    const wrong = damaged(text.replace(/Orpheline,,1,4,,5,,absent|Sans prix/, 'Vélo électrique V\x01lo'))
    assert.match(await refused(write('damaged.csv', wrong)), /damaged\.csv:9: error: This is not UTF-8\. Save the file as UTF-8 .* and try again/)
    assert.deepEqual(await rows(counts), before)
  })
}

test("one wrong price in WooCommerce's and Shopify's own samples is found, and nothing of the file is stored", async (t) => {
  for (const [name, price] of [['woocommerce-products.csv', ',90,'], ['shopify-apparel.csv', ',60,']]) {
    const file = path.join(shared, name)
    if (!fs.existsSync(file)) return t.skip(`no ../shared/shop/${name} beside this checkout`)
    const text = fs.readFileSync(file, 'utf8'), before = await rows(counts)
    const at = text.lastIndexOf(price), line = text.slice(0, at).split('\n').length
    assert.ok(at > 0, `a price of ${price}`)
    const said = await refused(write(name, text.slice(0, at) + ',free,' + text.slice(at + price.length)))
    assert.deepEqual(said.match(/\d+:\d+: error: .*|\d+: error: .*/g).map((one) => one.replace(/:\d+:/, ':')), [`${line}: error: The price is not an amount such as 12.50.`], said)
    assert.deepEqual(await rows(counts), before)
  }
})

test('our own CSV brings categories, variants, pictures; semicolons and Windows line ends are fine', async () => {
  const svg = write('lamp.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>')
  const file = write('own.csv', '\ufeff' + ['product;name;category;description;condition;sku;option1_name;option1;price;stock;picture',
    'lampe;Lampe "Veer";Lampes > Table;"Deux lignes,\ndans un champ.";good;L-1;Couleur;Ocre;149,00;2;lamp.svg',
    'lampe;;;;;L-2;;Bleu;159,00;0;', 'rare;Pièce rare;Lampes;;fair;R-1;;;20;1;', 'libre;Sur commande;Lampes;;;S-1;;;99.90;;'].join('\r\n'))
  assert.match(await imported(file, svg), /own CSV: 3 products, 4 variants, 0 rows repeated/)
  const { body } = await stack.request(host, '/fr/p/lampe')
  assert.match(body, /Lampe &quot;Veer&quot;/)
  assert.match(body, /Bleu · 159,00\s€<\/span> <span[^>]*>épuisé/)
  assert.match(body, /Deux lignes,\ndans un champ\./)
  const [picture] = body.match(/\/fr\/picture\/[0-9a-f]{64}/)
  const shown = await stack.request(host, picture)
  assert.equal(shown.headers['content-type'], 'image/svg+xml')
  assert.match(shown.headers['cache-control'], /immutable/)
  assert.match(shown.headers['content-security-policy'], /sandbox/)
})

test('a description is shown whole, however long it is and however many variants there are', async () => {
  const texts = { kurz: 'Ein Satz.', grenze: 'é'.repeat(2000), lang: `${'Satz um Satz. '.repeat(1000)}Ende`, leer: '' }
  const lines = Object.entries(texts).flatMap(([slug, text]) => [1, 2, 3].map((size) => `${slug},${slug},${size === 1 ? text : ''},Taille,${size},${size},1`))
  await imported(write('texts.csv', ['product,name,description,option1_name,option1,price,stock', ...lines].join('\n') + '\n'))
  for (const [slug, text] of Object.entries(texts)) {
    const { body } = await stack.request(host, `/fr/p/${slug}`)
    assert.equal(body.match(/<p class="lines">([^<]*)<\/p>/)?.[1] ?? '', text, slug)
  }
})

test('options are groups of choices; each leads to a variant, and price and stock are those of the chosen one', async () => {
  await imported(write('choices.csv', `product,name,category,sku,option1_name,option1,option2_name,option2,price,stock
globe,Globe,Lampes,G-A20,Verre,Ambre,Taille,20 cm,50,3
globe,,,G-A30,,Ambre,,30 cm,70,2
globe,,,G-F20,,Fumé,,20 cm,55,0
globe,,,G-O40,,Opale,,40 cm,90,1
`))
  const id = Object.fromEntries((await rows("SELECT sku, id FROM variant WHERE sku LIKE 'G-%'")))
  const see = async (query = '') => {
    const { body } = await stack.request(host, `/fr/p/globe${query}`)
    const groups = body.split('class="choices"').slice(1).map((group) => [...group.split('</ul>')[0].matchAll(/<li>([^]*?)<\/li>/g)].map(([, one]) => [
      one.match(/variant=(\d+)/)?.[1], /aria-current/.test(one), one.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ').trim()]))
    return { body, groups, price: body.match(/<p class="price">([^<]*)</)[1].replace(/\s/g, ' '), variant: body.match(/name="variant" value="(\d+)"/)?.[1] }
  }
  const first = await see()
  assert.deepEqual([first.price, first.variant], ['50,00 €', id['G-A20']])
  assert.match(first.body, /En stock, 3 pièces/)
  assert.deepEqual(first.groups, [
    [[id['G-A20'], true, 'Ambre'], [id['G-F20'], false, 'Fumé épuisé'], [id['G-O40'], false, 'Opale']],
    [[id['G-A20'], true, '20 cm · 50,00 € 3 en stock'], [id['G-A30'], false, '30 cm · 70,00 € 2 en stock'], [undefined, false, "40 cm n'existe pas"]]])
  const large = await see(`?variant=${id['G-A30']}`)
  assert.deepEqual([large.price, large.variant], ['70,00 €', id['G-A30']])
  assert.match(large.body, /En stock, 2 pièces/)
  assert.match(large.body, new RegExp(`href="/nl/p/globe\\?variant=${id['G-A30']}"`), 'another language keeps the variant')
  const last = await see(`?variant=${id['G-O40']}`)
  assert.match(last.body, /Dernière pièce/)
  assert.match(last.body, /type="hidden" name="count" value="1"/)
  assert.deepEqual(last.groups[1].map(([to]) => to), [undefined, undefined, id['G-O40']], 'what does not exist cannot be chosen')
  const sold = await see(`?variant=${id['G-F20']}`)
  assert.equal(sold.price, '55,00 €')
  assert.equal(sold.variant, undefined, 'nothing to buy')
  assert.equal((await see('?variant=999999')).variant, id['G-A20'])
  assert.equal((await see('?variant=x')).variant, id['G-A20'])
  const key = await stack.key(host, '/fr/p/globe')
  const refused = await stack.request(host, '/fr/p/globe/cart', { form: { _key: key, variant: id['G-A30'], count: '9' } })
  assert.match(refused.body, /<p class="price">70,00/, 'the refused variant is still the chosen one')
  assert.match(refused.body, new RegExp(`href="/nl/p/globe\\?variant=${id['G-A30']}"`))
})

test('a page that a program has is not sent again, whatever it calls it', async () => {
  const { headers } = await stack.request(host, '/fr/')
  for (const tag of [headers.etag, `"x", ${headers.etag}`, '*']) assert.equal((await stack.request(host, '/fr/', { headers: { 'If-None-Match': tag } })).status, 304, tag)
  assert.equal((await stack.request(host, '/fr/', { headers: { 'If-None-Match': '"*"' } })).status, 200)
})

test('a list has pages, and a category only what is in it', async () => {
  const many = ['product,name,category,price,stock']
  for (let i = 1; i <= 30; i++) many.push(`vis-${i},Vis ${i},Quincaillerie > Vis,0.${10 + i},5`)
  await imported(write('many.csv', many.join('\n')))
  const first = await stack.request(host, '/fr/c/quincaillerie')
  assert.equal(first.body.match(/class="product"/g).length, 24)
  const link = (body, rel) => body.match(new RegExp(`href="(\\?[^"]*)" rel="${rel}"`))?.[1]
  const names = (body) => [...body.matchAll(/<h2><a href="[^"]+">([^<]+)</g)].map(([, name]) => name)
  for (const category of ['quincaillerie', 'quincaillerie-vis']) { // a top-level category, and one below it
    const url = `/fr/c/${category}`, one = await stack.request(host, url)
    assert.deepEqual(['first', 'prev'].map((rel) => link(one.body, rel)), [undefined, undefined])
    const two = await stack.request(host, url + link(one.body, 'next'))
    assert.deepEqual([...names(one.body), ...names(two.body)], Array.from({ length: 30 }, (_, i) => `Vis ${i + 1}`), category)
    assert.equal(link(two.body, 'next'), undefined)
    assert.deepEqual(names((await stack.request(host, url + link(two.body, 'prev'))).body), names(one.body))
    assert.deepEqual(names((await stack.request(host, url + link(two.body, 'first'))).body), names(one.body))
    const [[fourth, fifth]] = await rows("SELECT MAX(IF(name = 'Vis 4', id, 0)), MAX(IF(name = 'Vis 5', id, 0)) FROM product WHERE name LIKE 'Vis %'")
    const short = await stack.request(host, `${url}?before=${fifth}`)
    assert.deepEqual([names(short.body), link(short.body, 'prev'), link(short.body, 'next')], [['Vis 1', 'Vis 2', 'Vis 3', 'Vis 4'], undefined, `?after=${fourth}`])
  }
  assert.equal((await stack.request(host, '/fr/c/nichts')).status, 404)
  for (const page of ['0', 'abc', '-1', '%20', '99999999999999999999']) {
    assert.equal((await stack.request(host, `/fr/c/quincaillerie?after=${page}`)).status, page === '%20' ? 200 : 400, page)
  }
  for (const page of ['after=9999999999', 'after=4294967295', 'before=1']) { // behind the last one, before the first one
    const answer = await stack.request(host, `/fr/c/quincaillerie?${page}`)
    assert.deepEqual([answer.status, names(answer.body)], [200, names(first.body)], page)
  }
  assert.equal((await stack.request(host, '/fr/p/nichts')).status, 404)
})

const variant = async (sku) => (await rows(`SELECT id FROM variant WHERE sku = '${sku}'`))[0][0]
const customer = { name: 'Amélie Dubois', mail: 'amelie@example.be', street: 'rue Haute 1', postal_code: '5000', city: 'Namur', country: 'BE' }
// Adds pieces to a new visitor's cart; returns the cookie.
const cart = async (sku, count = 1, Cookie = '') => {
  const id = await variant(sku), [[slug]] = await rows(`SELECT p.slug FROM product p JOIN variant v ON v.product = p.id WHERE v.id = ${id}`)
  const key = await stack.key(host, '/fr/p/libre') // a key belongs to the route: this article is never sold out
  const answer = await stack.request(host, `/fr/p/${slug}/cart`, { headers: { Cookie }, form: { _key: key, variant: id, count: String(count) } })
  return Object.assign(answer, { cookie: answer.headers['set-cookie']?.[0].split(';')[0] ?? Cookie })
}
const field = (body, name) => body.match(new RegExp(`name="${name}" value="([^"]+)"`))[1]
// A visitor with a full cart, before ordering: the form, and the cookie as `headers`.
const atCheckout = async (sku, more = {}, count = 1, Cookie = '') => {
  const { cookie } = await cart(sku, count, Cookie), headers = { Cookie: cookie }
  const { body } = await stack.request(host, '/fr/order', { headers })
  return { headers, form: { _key: field(body, '_key'), seen: field(body, 'seen'), ...customer, ...more } }
}
const order = (visitor, language = 'fr') => stack.request(host, `/${language}/order`, visitor)
const orders = async () => Number((await rows('SELECT COUNT(*) FROM shop_order'))[0][0])

test('an order is confirmed with what to pay, and takes the stock', async () => {
  await stack.cli('import', 'shop', 'payment', write('payment.csv', 'beneficiary,iban,bic\nAcme,BE68 5390 0754 7034,TRIOBEBB\n'), '--tenant', 'acme')
  const placed = await order(await atCheckout('L-1', {}, 2))
  assert.equal(placed.status, 303)
  const thanks = await stack.request(host, placed.headers.location)
  assert.match(thanks.body, /\+\+\+\d{3}\/\d{4}\/\d{5}\+\+\+/)
  assert.match(thanks.body, /298,00\s€/)
  assert.match(thanks.body, /BE68 5390 0754 7034/)
  assert.match(thanks.body, /Ocre, 2 pièces/)
  assert.deepEqual(await rows("SELECT stock FROM variant WHERE sku = 'L-1'"), [['0']])
})

test('the customer gets the order by mail, in the language of the form, with what to pay', async () => {
  for (const [language, subject, words] of [['fr', /^Nous avons bien reçu votre commande \d+$/, /Merci/], ['nl', /^We hebben uw bestelling \d+ ontvangen$/, /Dank u/],
    ['de', /^Ihre Bestellung \d+ ist eingegangen$/, /Danke|Vielen Dank/], ['en', /^We have received your order \d+$/, /Thank you/]]) {
    const { status, headers } = await order(await atCheckout('S-1', { mail: `${language}@example.org`, name: 'Amélie "A" Dupont' }), language)
    assert.equal(status, 303)
    const mail = await until(`the mail in ${language}`, async () => (await stack.mails()).find(({ to }) => to.includes(`${language}@example.org`)), 20)
    assert.match(mail.subject, subject)
    assert.match(mail.html, new RegExp(`<html lang="${language}">`))
    assert.match(mail.text, words)
    assert.match(mail.text, /\+\+\+\d{3}\/\d{4}\/\d{5}\+\+\+/)
    assert.ok(mail.html.includes(`href="http://${host}:${stack.port}${headers.location}"`), 'it leads to the order')
  }
})

test('the same form sent five times at once is one order, with one answer', async () => {
  const before = await orders()
  const visitor = await atCheckout('S-1')
  const answers = await Promise.all(Array.from({ length: 5 }, () => order(visitor)))
  assert.deepEqual(answers.map((answer) => answer.status), [303, 303, 303, 303, 303])
  assert.equal(new Set(answers.map((answer) => answer.headers.location)).size, 1)
  const later = await order(visitor)
  assert.equal(later.headers.location, answers[0].headers.location)
  assert.equal(await orders(), before + 1)
})

test('of twenty who want the last piece at once, one gets it and the others are told', async () => {
  const visitors = await Promise.all(Array.from({ length: 20 }, () => atCheckout('R-1')))
  const answers = await Promise.all(visitors.map((visitor) => order(visitor)))
  assert.equal(answers.filter((answer) => answer.status === 303).length, 1)
  for (const answer of answers.filter((answer) => answer.status !== 303)) {
    assert.equal(answer.status, 422)
    assert.match(answer.body, /Quelqu(&#39;|')un a été plus rapide/)
    assert.match(answer.body, /value="Amélie Dubois"/)
  }
  assert.deepEqual(await rows("SELECT stock FROM variant WHERE sku = 'R-1'"), [['0']])
})

test('stock never falls below zero when more is ordered than there is', async () => {
  await imported(write('more.csv', 'product,name,sku,price,stock\nthree,Trois,T-3,5,3\n'))
  const tooMany = await cart('T-3', 4)
  assert.equal(tooMany.status, 422)
  assert.match(tooMany.body, /Il n(&#39;|')en reste que 3\./)
  const first = await atCheckout('T-3', {}, 2), second = await atCheckout('T-3', {}, 2)
  assert.equal((await order(first)).status, 303)
  const answer = await order(second)
  assert.equal(answer.status, 422)
  assert.match(answer.body, /Quelqu(&#39;|')un a été plus rapide/)
  const seen = await stack.request(host, '/fr/cart', { headers: second.headers })
  assert.match(seen.body, /Il n(&#39;|')en reste que 1/)
  assert.doesNotMatch(seen.body, /href="\/fr\/order"/)
  assert.deepEqual(await rows("SELECT stock FROM variant WHERE sku = 'T-3'"), [['1']])
})

test('a wrong field comes back marked, and what was typed is kept', async () => {
  const before = await orders()
  const answer = await order(await atCheckout('S-1', { mail: 'amelie@', postal_code: '50', country: 'XX', street: '' }))
  assert.equal(answer.status, 422)
  for (const field of ['mail', 'postal_code', 'country', 'street']) assert.match(answer.body, new RegExp(`<a href="#${field}">`))
  assert.match(answer.body, /Un code postal a 4 chiffres/)
  assert.match(answer.body, /value="amelie@"/)
  assert.equal(await orders(), before)
})

test('an order is seen by its own address only, and by whoever may in the portal', async () => {
  assert.equal((await stack.request(host, '/fr/thanks/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).status, 404)
  assert.equal((await stack.request(host, '/fr/orders')).status, 404)
  const portal = 'acme-portal.localhost'
  assert.equal((await stack.request(portal, '/shop/orders')).status, 401)
  const cookie = await stack.signIn('acme')
  const list = await stack.request(portal, '/shop/orders', { headers: { Cookie: cookie } })
  assert.match(list.body, /Amélie Dubois, Namur/)
  const one = await stack.request(portal, list.body.match(/\/shop\/orders\/\d+/)[0], { headers: { Cookie: cookie } })
  assert.match(one.body, /mailto:amelie@example\.be/)
  await stack.sql(`USE ${database.replace('_shop', '')}; INSERT INTO role (name) VALUES ('reader')`)
  const reader = await stack.signIn('acme', 'reader')
  assert.equal((await stack.request(portal, '/shop/orders', { headers: { Cookie: reader } })).status, 403)
})

// The settings form with changes, including the digest of the state that it showed.
async function settingsForm (headers) {
  const [form] = formsIn((await stack.request(portalHost, '/shop/settings', { headers })).body).filter(({ action }) => action === '/shop/settings')
  return (changes) => stack.request(portalHost, '/shop/settings', { headers, form: { ...Object.fromEntries(sent(form)), scheme: 'national', ...changes } })
}

test('the account number is checked before it is shown to customers', async () => {
  const headers = { Cookie: await stack.signIn('acme') }
  const save = async (form) => (await settingsForm(headers))(form)
  const wrong = await save({ beneficiary: 'Acme', iban: 'BE68 5390 0754 7035' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.body, /Les chiffres de contrôle/)
  assert.equal((await save({ beneficiary: '', iban: 'BE68 5390 0754 7034' })).status, 422, 'an account without a name')
  assert.equal((await save({ beneficiary: 'Acme', iban: 'BE68 5390 0754 7034' })).status, 303)
  assert.equal((await save({ beneficiary: '', iban: '' })).status, 422, 'customers pay to it')
})

test('the settings are one form: what was typed in each of its parts is saved, or all of it is kept with the mistake', async () => {
  const headers = { Cookie: await stack.signIn('acme') }
  const stored = () => stack.sql('SELECT p.beneficiary, s.mail, (SELECT GROUP_CONCAT(country, up_to_grams, "=", price_cents ORDER BY id) FROM t1_shop.shipping) FROM t1_shop.payment p, t1_shop.selling s')
  const all = { beneficiary: 'La Boucle', iban: 'BE68 5390 0754 7034', mail: 'un@example.org', to: 'FR', weight: '2000', 'price.new': '9,90' }
  const wrong = await (await settingsForm(headers))({ ...all, 'price.new': 'dix' })
  assert.equal(wrong.status, 422)
  for (const kept of ['La Boucle', 'un@example.org', '2000', 'dix']) assert.match(wrong.body, new RegExp(`value="${kept}"`), kept)
  assert.equal((await (await settingsForm(headers))(all)).status, 303)
  assert.equal(await stored(), 'La Boucle\tun@example.org\tFR2000=990')
  const id = await stack.sql('SELECT id FROM t1_shop.shipping')
  assert.equal((await (await settingsForm(headers))({ beneficiary: 'Boucle', [`price.${id}`]: '12' })).status, 303)
  assert.equal(await stored(), 'Boucle\tun@example.org\tFR2000=1200')
  assert.equal((await (await settingsForm(headers))({ [`price.${id}`]: '' })).status, 422)
  assert.equal((await (await settingsForm(headers))({ [`remove.${id}`]: '1', mail: '' })).status, 303)
  assert.equal(await stored(), 'Boucle\t\tNULL')
})

test('of two tabs with the same settings the second is told', async () => {
  const headers = { Cookie: await stack.signIn('acme') }
  const stored = () => stack.sql('SELECT p.beneficiary, s.mail, (SELECT COUNT(*) FROM t1_shop.shipping) FROM t1_shop.payment p, t1_shop.selling s')
  for (const [first, second] of [[{ beneficiary: 'La Boucle' }, { beneficiary: 'Le Voleur' }], [{ mail: 'un@example.org' }, { mail: 'deux@example.org' }], [{ to: 'BE', weight: '1', 'price.new': '1' }, { beneficiary: 'Le Voleur' }]]) {
    const one = await settingsForm(headers), other = await settingsForm(headers)
    assert.equal((await one(first)).status, 303)
    const before = await stored(), late = await other(second)
    assert.equal(late.status, 422)
    assert.match(late.body, /Quelqu(&#39;|')un a modifié ceci/)
    assert.equal(await stored(), before)
  }
  await rows('DELETE FROM shipping')
})

test('disabled, the shop is gone; switched on again, all is there', async () => {
  const before = await orders()
  await stack.cli('module', 'disable', 'shop', '--tenant', 'acme')
  await until('the shop is gone', async () => (await stack.request(host, '/fr/')).status === 503)
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme')
  await until('the shop is back', async () => (await stack.request(host, '/fr/')).status === 200)
  assert.equal(await orders(), before)
})

// ---- what becomes of an order ----

async function placed (mail, sku = 'S-1', language = 'nl') {
  const { headers } = await order(await atCheckout(sku, { mail }), language)
  return stack.sql(`SELECT id FROM t1_shop.shop_order WHERE token = '${headers.location.split('/').pop()}'`)
}
const portalHost = 'acme-portal.localhost'
async function change (id, state, headers) {
  const _key = await stack.key(portalHost, `/shop/orders/${id}`, headers)
  return stack.request(portalHost, `/shop/orders/${id}/state`, { headers, form: { _key, state, sure: '1' } })
}
// How long a change can be undone; the customer's mail is delayed as long.
const undoable = (minutes) => stack.sql(`REPLACE INTO t1.setting (module, name, value) VALUES ('shop', 'undo_minutes', '${minutes}')`)
const stateOf = (id) => stack.sql(`SELECT state FROM t1_shop.shop_order WHERE id = ${id}`)

test('an order is paid, then shipped; its customer reads so in the language of the order', async () => {
  await undoable(0)
  const headers = { Cookie: await stack.signIn('acme') }, id = await placed('trui@example.org')
  assert.match((await stack.request(portalHost, `/shop/orders/${id}`, { headers })).body, /Marquer comme payée/)
  assert.equal((await change(id, 'paid', headers)).headers.location, `/shop/orders/${id}`)
  assert.equal((await change(id, 'shipped', headers)).status, 303)
  const { body } = await stack.request(portalHost, `/shop/orders/${id}`, { headers })
  assert.match(body, /<dt>Payée<\/dt>[^]*<dt>Expédiée<\/dt>/)
  assert.doesNotMatch(body, /name="state"/, 'nothing follows on it')
  const mail = await until('the mail', async () => (await stack.mails()).find(({ to, subject }) => to.includes('trui@') && /onderweg/.test(subject)), 20)
  assert.equal(mail.subject, `Uw bestelling ${id} is onderweg`)
  assert.match(mail.html, /<html lang="nl">/)
})

test('a state that may not follow is refused, and two who press at once change it once', async () => {
  const headers = { Cookie: await stack.signIn('acme') }, id = await placed('x@example.org')
  const keys = await Promise.all([0, 1].map(() => stack.key(portalHost, `/shop/orders/${id}`, headers)))
  const both = await Promise.all(keys.map((_key) => stack.request(portalHost, `/shop/orders/${id}/state`, { headers, form: { _key, state: 'paid' } })))
  assert.deepEqual(both.map(({ status }) => status).sort(), [303, 422])
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM t1_shop.order_change WHERE shop_order = ${id}`), '1')
  const key = await stack.key(portalHost, `/shop/orders/${id}`, headers)
  assert.equal((await stack.request(portalHost, `/shop/orders/${id}/state`, { headers, form: { _key: key, state: 'eaten' } })).status, 422)
  assert.equal(await stateOf(id), 'paid')
  await change(id, 'shipped', headers)
  const again = await stack.key(portalHost, `/shop/orders/${await placed('y@example.org')}`, headers)
  const late = await stack.request(portalHost, `/shop/orders/${id}/state`, { headers, form: { _key: again, state: 'cancelled', sure: '1' } })
  assert.equal(late.status, 422)
  assert.match(late.body, /a changé entre-temps/)
  assert.equal(await stateOf(id), 'shipped')
})

test('of all changes of state only those that may follow are made', async () => {
  const headers = { Cookie: await stack.signIn('acme') }, id = await placed('matrix@example.org'), other = await placed('key@example.org')
  const may = { placed: ['paid', 'cancelled'], paid: ['shipped', 'cancelled'], shipped: [], cancelled: [] }
  for (const [from, follow] of Object.entries(may)) {
    for (const to of ['placed', 'paid', 'shipped', 'cancelled']) {
      await stack.sql(`UPDATE t1_shop.shop_order SET state = '${from}' WHERE id = ${id}`)
      const _key = await stack.key(portalHost, `/shop/orders/${other}`, headers)
      const { status } = await stack.request(portalHost, `/shop/orders/${id}/state`, { headers, form: { _key, state: to, sure: '1' } })
      assert.equal(status, follow.includes(to) ? 303 : 422, `${from} to ${to}`)
      assert.equal(await stateOf(id), follow.includes(to) ? to : from, `${from} to ${to}`)
    }
  }
})

test('a cancelled order puts its pieces back, once, and where stock is tracked alone', async () => {
  const headers = { Cookie: await stack.signIn('acme') }
  await stack.sql("UPDATE t1_shop.variant SET stock = 1 WHERE sku = 'R-1'")
  await stack.sql("UPDATE t1_shop.product SET for_sale = 1 WHERE id = (SELECT product FROM t1_shop.variant WHERE sku = 'R-1')")
  const stock = (sku) => stack.sql(`SELECT stock FROM t1_shop.variant WHERE sku = '${sku}'`)
  const id = await placed('z@example.org', 'R-1'), untracked = await placed('z@example.org', 'S-1')
  assert.equal(await stock('R-1'), '0')
  for (const one of [id, untracked]) assert.equal((await change(one, 'cancelled', headers)).status, 303)
  assert.equal(await stock('R-1'), '1')
  assert.equal(await stock('S-1'), 'NULL')
  assert.equal(await stack.sql("SELECT for_sale FROM t1_shop.product p JOIN t1_shop.variant v ON v.product = p.id WHERE v.sku = 'R-1'"), '1')
  await until('the mail', async () => (await stack.mails()).find(({ to, subject }) => to.includes('z@') && subject === `Uw bestelling ${id} is geannuleerd`), 20)
})

test('shipping and cancelling ask first, say which mail goes out, and can be undone until it does', async () => {
  await undoable(10)
  const headers = { Cookie: await stack.signIn('acme') }, portalOf = (id) => `/shop/orders/${id}`
  const press = async (id, state, more = {}) => stack.request(portalHost, `${portalOf(id)}/state`, { headers, form: { _key: await stack.key(portalHost, portalOf(id), headers, `${portalOf(id)}/state`), state, ...more } })
  const undo = async (id) => stack.request(portalHost, `${portalOf(id)}/undo`, { headers, form: { _key: await stack.key(portalHost, portalOf(id), headers, `${portalOf(id)}/undo`) } })
  const waiting = () => stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'tell_customers'")
  const trail = () => stack.sql('SELECT what FROM t1.audit ORDER BY id DESC LIMIT 1')
  const id = await placed('undo@example.org')
  await press(id, 'paid')
  assert.equal(await stateOf(id), 'paid', 'nobody is asked: no mail goes out')
  assert.equal((await undo(id)).status, 303)
  assert.equal(await stateOf(id), 'placed')
  assert.equal(await trail(), 'Marked an order as unpaid')
  await press(id, 'paid')

  const asked = await press(id, 'shipped')
  assert.equal(asked.status, 200)
  assert.match(asked.body, /Marquer comme expédiée \?[^]*undo@example\.org[^]*« Votre commande … est en route »[^]*dans 10 minutes/)
  assert.equal(await stateOf(id), 'paid', 'nothing is done yet')
  const sure = asked.body.slice(asked.body.indexOf('<form class="cluster"')).match(/name="_key" value="([^"]+)"/)[1]
  const done = await stack.request(portalHost, `${portalOf(id)}/state`, { headers, form: { _key: sure, state: 'shipped', sure: '1' } })
  assert.equal(done.status, 303)
  assert.equal(await stateOf(id), 'shipped')
  assert.equal(await waiting(), '1')
  const page = await stack.request(portalHost, portalOf(id), { headers })
  assert.match(page.body, /Le client en est averti par e-mail[^]*Marquer comme non expédiée/)
  assert.equal((await undo(id)).status, 303)
  assert.equal(await stateOf(id), 'paid')
  assert.equal(await trail(), 'Marked an order as not shipped')
  assert.match((await stack.request(portalHost, portalOf(id), { headers })).body, /Remise à expédier/)

  // The job of the undone change sends nothing.
  await press(id, 'shipped', { sure: '1' })
  await stack.sql(`UPDATE t1_shop.shop_order SET mail_due = UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE WHERE id = ${id}`)
  const key = await stack.key(portalHost, portalOf(await placed('other@example.org')), headers)
  assert.equal((await stack.request(portalHost, `${portalOf(id)}/undo`, { headers, form: { _key: key } })).status, 409, "another form's key")
  await stack.sql("UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(6) WHERE name = 'tell_customers'")
  await placed('wake@example.org')
  await until('the mail', async () => (await stack.mails()).some(({ to, subject }) => to.includes('undo@') && /onderweg/.test(subject)), 70)
  await until('both jobs are done', async () => await waiting() === '0', 20)
  assert.equal((await stack.mails()).filter(({ to, subject }) => to.includes('undo@') && /onderweg/.test(subject)).length, 1, 'told once')
  assert.doesNotMatch((await stack.request(portalHost, portalOf(id), { headers })).body, /\/undo"/)
})

test('an undone cancellation takes its pieces again, and is refused where they are gone', async () => {
  await undoable(10)
  const headers = { Cookie: await stack.signIn('acme') }, url = (id) => `/shop/orders/${id}`
  const undo = async (id) => stack.request(portalHost, `${url(id)}/undo`, { headers, form: { _key: await stack.key(portalHost, url(id), headers, `${url(id)}/undo`) } })
  const stock = () => stack.sql("SELECT stock FROM t1_shop.variant WHERE sku = 'R-1'")
  await stack.sql("UPDATE t1_shop.variant SET stock = 1 WHERE sku = 'R-1'; UPDATE t1_shop.product SET for_sale = 1 WHERE slug = 'rare'")
  const id = await placed('back@example.org', 'R-1')
  await change(id, 'paid', headers)
  await change(id, 'cancelled', headers)
  assert.equal(await stock(), '1')
  assert.equal((await undo(id)).status, 303)
  assert.deepEqual([await stock(), await stateOf(id)], ['0', 'paid'], 'as it was before')
  await change(id, 'cancelled', headers)
  await placed('quick@example.org', 'R-1')
  const late = await undo(id)
  assert.equal(late.status, 422)
  assert.match(late.body, /des articles ont été vendus entre-temps/)
  assert.deepEqual([await stock(), await stateOf(id)], ['0', 'cancelled'])
  await undoable(0)
})

// ---- what customers read ----

// The translations of the texts of views, by language.
const catalogues = Object.fromEntries(['fr', 'nl', 'de'].map((language) => [language, Object.fromEntries(
  [...fs.readFileSync(path.join(root, `modules/shop/i18n/${language}.po`), 'utf8').matchAll(/^msgid ("(?:[^"\\]|\\.)*")\nmsgstr ("(?:[^"\\]|\\.)*")$/gm)]
    .map(([, id, text]) => [JSON.parse(id), JSON.parse(text)]))]))
// A text as in a mail, with all placeholders filled.
const standing = (text) => new RegExp(text.split(/\{\{[^}]+\}\}/).map((part) => part.replace(/[\\^$.*+?()[\]|]/g, '\\$&').replace(/ /g, '\\s+')).join('.+?'))
const views = path.join(root, 'modules/shop/views')
// The texts of a mail, those that it always has, and words that occur in only one language.
function textsOf (view) {
  const source = ['mail_lines', view].map((name) => fs.readFileSync(path.join(views, `${name}.html`), 'utf8')).join('\n')
  const texts = (from) => [...from.matchAll(/\{\{#_\}\}([^]*?)\{\{\/_\}\}/g)].map(([, text]) => text)
  const certain = source.replace(/\{\{\$subject\}\}[^]*?\{\{\/subject\}\}|\{\{\^payment\}\}[^]*?\{\{\/payment\}\}|\{\{#bic\}\}[^]*?\{\{\/bic\}\}|\{\{#order\.in_france\}\}[^]*?\{\{\/order\.in_france\}\}/g, '')
  const bare = source.replace(/\{\{#_\}\}[^]*?\{\{\/_\}\}|\{\{[^}]*\}\}|<[^>]*>/g, ' ').match(/\p{L}{2,}/gu) ?? []
  return { all: texts(source), certain: texts(certain), bare }
}

const amounts = { fr: '1\u202f298,70\u00a0€', nl: '€\u00a01.298,70', de: '1.298,70\u00a0€', en: '€1,298.70' }
const subjects = {
  fr: { placed: 'Nous avons bien reçu votre commande {}', shipped: 'Votre commande {} est en route', cancelled: 'Votre commande {} est annulée' },
  nl: { placed: 'We hebben uw bestelling {} ontvangen', shipped: 'Uw bestelling {} is onderweg', cancelled: 'Uw bestelling {} is geannuleerd' },
  de: { placed: 'Ihre Bestellung {} ist eingegangen', shipped: 'Ihre Bestellung {} ist unterwegs', cancelled: 'Ihre Bestellung {} ist storniert' },
  en: { placed: 'We have received your order {}', shipped: 'Your order {} is on its way', cancelled: 'Your order {} is cancelled' }
}

for (const [language, subject] of Object.entries(subjects)) {
  test(`the mails of an order that is placed, shipped or cancelled are whole in ${language}: subject, text, HTML, amounts`, async () => {
    const headers = { Cookie: await stack.signIn('acme') }, address = `words-${language}@example.org`
    const mailOf = (id, state) => until(`the mail of ${state}`, async () => (await stack.mails()).find((mail) => mail.to.includes(address) && mail.subject === subject[state].replace('{}', id)), 20)
    const place = async () => {
      const { headers: answer } = await order(await atCheckout('S-1', { mail: address }, 13), language)
      return stack.sql(`SELECT id FROM t1_shop.shop_order WHERE token = '${answer.location.split('/').pop()}'`)
    }
    const wrong = []
    const check = (mail, view, state) => {
      const say = (words) => wrong.push(`${state}: ${words}`)
      if (!mail.html.includes(`<html lang="${language}">`)) say('the HTML says another language')
      for (const [form, body] of [['text', mail.text], ['HTML', mail.html.replace(/&#39;/g, "'").replace(/&quot;/g, '"')]]) {
        if (!body.includes(amounts[language])) say(`no ${amounts[language]} in the ${form}: ${body.match(/.*298.*/)?.[0]}`)
        for (const [other, amount] of Object.entries(amounts)) if (amount !== amounts[language] && body.includes(amount)) say(`an amount as in ${other} in the ${form}`)
        if (/\{\{|\}\}/.test(body)) say(`a hole in the ${form}`)
        const { all, certain, bare } = textsOf(view)
        if (bare.length) say(`the same in every language: ${bare.join(' ')}`)
        for (const text of certain) if (!standing(catalogues[language]?.[text] ?? text).test(body)) say(`no '${catalogues[language]?.[text] ?? text}' in the ${form}`)
        for (const text of language === 'en' ? [] : all) if (catalogues[language][text] !== text && standing(text).test(body)) say(`'${text}' is not translated in the ${form}`)
      }
      if (/<[a-z]/i.test(mail.text)) say('a tag in the text')
    }
    const shipped = await place(), cancelled = await place()
    check(await mailOf(shipped, 'placed'), 'order_mail', 'placed')
    await change(shipped, 'paid', headers)
    await change(shipped, 'shipped', headers)
    check(await mailOf(shipped, 'shipped'), 'shipped_mail', 'shipped')
    await change(cancelled, 'cancelled', headers)
    check(await mailOf(cancelled, 'cancelled'), 'cancelled_mail', 'cancelled')
    assert.deepEqual(wrong, [])
  })
}
