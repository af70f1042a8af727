// SPDX-License-Identifier: EUPL-1.2
// From the cart to the order: the guest's cart, delivery prices by country, and correct answers to many who order the last pieces at once.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { formsIn, sent } from 'scopiton/test/forms'
import { start, until } from 'scopiton/test'

const host = 'acme.localhost', portal = 'acme-portal.localhost'
let stack, owner

const rows = async (sql) => (await stack.sql(`USE t1_shop; ${sql}`)).split('\n').filter(Boolean).map((line) => line.split('\t'))
const variant = async (sku) => (await rows(`SELECT id FROM variant WHERE sku = '${sku}'`))[0][0]
const field = (body, name) => body.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1]
const customer = { name: 'Amélie Dubois', mail: 'amelie@example.be', street: 'rue Haute 1', postal_code: '5000', city: 'Namur', country: 'BE' }

// A browser's cookies for one host.
class Visitor {
  cookies = {}
  constructor (from) { this.from = from }
  async ask (url, form) {
    const { headers, status, body } = await stack.request(host, url, { form, from: this.from,
      headers: { Cookie: Object.entries(this.cookies).map((pair) => pair.join('=')).join('; ') } })
    for (const line of headers['set-cookie'] ?? []) { const [name, value] = line.split(';')[0].split('='); this.cookies[name] = value }
    return { headers, status, body }
  }
  async add (sku, count = 1, slug = 'vis') {
    return this.ask(`/fr/p/${slug}/cart`, { _key: await stack.key(host, '/fr/p/vis'), variant: await variant(sku), count: String(count) })
  }
  async order (more = {}) {
    const { body } = await this.ask('/fr/order')
    return this.ask('/fr/order', { _key: field(body, '_key'), seen: field(body, 'seen'), ...customer, ...more })
  }
}

// Saves the settings page with these changes.
const settings = async (changes) => {
  const headers = { Cookie: owner }, { body } = await stack.request(portal, '/shop/settings', { headers })
  const [form] = formsIn(body).filter(({ action }) => action === '/shop/settings')
  return stack.request(portal, '/shop/settings', { headers, form: { ...Object.fromEntries(sent(form)), scheme: 'national', ...changes } })
}
const noSteps = async () => settings(Object.fromEntries((await rows('SELECT id FROM shipping')).map(([id]) => [`remove.${id}`, '1'])))

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  const file = path.join(stack.folder, 'own.csv')
  fs.writeFileSync(file, `product,name,category,sku,price,stock,weight,vat
vis,Vis,Quincaillerie,V-1,2.50,,10,
livre,Livre,Livres,B-1,21.20,5,800,reduced
velo,Vélo,Vélos,C-1,250,3,15000,
vingt,Vingt pièces,Lots,L-20,10,20,100,
`)
  await stack.cli('import', 'shop', 'products', file, '--tenant', 'acme')
  owner = await stack.signIn('acme')
})
after(() => stack?.stop())

test('a cart is empty, filled, changed and emptied; another visitor sees nothing of it', async () => {
  const one = new Visitor(), other = new Visitor()
  assert.match((await one.ask('/fr/cart')).body, /Votre panier est vide/)
  assert.equal((await one.add('V-1', 2)).headers.location, '/fr/cart')
  await one.add('V-1', 3)
  await one.add('B-1', 1, 'livre')
  const { body, headers } = await one.ask('/fr/cart')
  assert.match(body, /class="count">[^]*6/)
  assert.match(body, /33,70\s€/) // 5 × 2.50 + 21.20
  assert.match(headers['cache-control'], /private/)
  assert.match((await other.ask('/fr/cart')).body, /Votre panier est vide/)
  const key = async () => field((await one.ask('/fr/cart')).body, '_key')
  const id = await variant('V-1')
  await one.ask(`/fr/cart/${id}`, { _key: await key(), count: '1' })
  assert.match((await one.ask('/fr/cart')).body, /23,70\s€/)
  await one.ask(`/fr/cart/${id}`, { _key: await key(), count: '0' })
  assert.match((await one.ask('/fr/cart')).body, /21,20\s€/)
  assert.equal((await one.ask(`/fr/cart/${id}`, { _key: await key(), count: '100' })).status, 422)
  assert.equal((await one.add('B-1', 5, 'livre')).status, 422, 'more than there are')
})

test("a visitor's cookie is nobody else's to read, and a made-up one is none", async () => {
  const one = new Visitor()
  const { headers } = await one.add('V-1')
  assert.match(headers['set-cookie'][0], /^shop=[a-z2-7]{40}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=15552000$/)
  assert.doesNotMatch(await stack.sql('SELECT GROUP_CONCAT(owner) FROM t1_shop.cart_line'), new RegExp(one.cookies.shop))
  const forged = new Visitor()
  forged.cookies.shop = "' OR 1=1 --"
  assert.match((await forged.ask('/fr/cart')).body, /Votre panier est vide/)
  await forged.add('V-1')
  assert.match(forged.cookies.shop, /^[a-z2-7]{40}$/)
})

test('the order page says what it costs in each country, with the VAT of each rate', async () => {
  const one = new Visitor()
  await one.add('V-1', 4)
  await one.add('B-1', 1, 'livre')
  const { body } = await one.ask('/fr/order')
  assert.match(body, /31,20\s€/)
  assert.match(body, /Dont TVA 21 %[^]*1,74\s€/) // 10.00 at 21 %: 1.7355
  assert.match(body, /Dont TVA 6 %[^]*1,20\s€/) // 21.20 at 6 %
  assert.equal((await settings({ scheme: 'oss', free_from: '', mail: 'ventes@acme.example' })).status, 303)
  const abroad = (await one.ask('/fr/order')).body
  assert.match(abroad, /Dont TVA 20 %[^]*1,67\s€/)
  assert.match(abroad, /Dont TVA 5,5 %[^]*1,11\s€/)
  const { headers } = await one.order({ country: 'FR', postal_code: '75001', city: 'Paris' })
  const thanks = (await one.ask(headers.location)).body
  assert.match(thanks, /Dont TVA 20 %/)
  assert.match(thanks, /Dont TVA 5,5 %/)
  const mail = await until('the mail', async () => (await stack.mails()).find(({ to }) => to.includes('amelie@')), 20)
  assert.match(mail['reply-to'], /ventes@acme\.example/)
  assert.match(mail.text, /Dont TVA 5,5 %/)
  await settings({ scheme: 'exempt', free_from: '', mail: '' })
  await one.add('V-1')
  const free = (await one.ask('/fr/order')).body
  assert.doesNotMatch(free, /Dont TVA/)
  assert.match(free, /régime de la franchise/)
  await settings({ scheme: 'national', free_from: '', mail: '' })
})

test('delivery is charged by country and weight, free from an amount on, refused where nothing is sent', async () => {
  for (const step of [{ to: 'BE', weight: '2000', 'price.new': '4,90' }, { to: 'BE', weight: '30000', 'price.new': '12' }, { to: 'FR', weight: '2000', 'price.new': '9,90' }])
    assert.equal((await settings(step)).status, 303)
  await settings({ scheme: 'national', free_from: '240', mail: '' })
  const light = new Visitor()
  await light.add('B-1', 1, 'livre')
  const page = (await light.ask('/fr/order')).body
  assert.match(page, /Belgique · livraison 4,90\s€/)
  assert.match(page, /France · livraison 9,90\s€/)
  const { headers } = await light.order()
  assert.deepEqual(await rows(`SELECT shipping_cents, total_cents FROM shop_order WHERE token = '${headers.location.split('/').pop()}'`), [['490', '2610']])
  assert.deepEqual(await rows(`SELECT rate, gross_cents, vat_cents FROM order_vat ORDER BY shop_order DESC LIMIT 1`), [['6.00', '2610', '148']])
  const heavy = new Visitor()
  await heavy.add('C-1', 1, 'velo')
  const second = (await heavy.ask('/fr/order')).body
  assert.match(second, /Belgique · livraison gratuite/, 'free from 240 on')
  assert.match(second, /France · pas de livraison/)
  const refused = await heavy.order({ country: 'FR', postal_code: '75001' })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /livrer cette commande dans ce pays/)
  assert.equal((await settings({ to: 'XX', weight: '1', 'price.new': '1' })).status, 422)
  await noSteps()
  assert.deepEqual(await rows('SELECT COUNT(*) FROM shipping'), [['0']])
})

test('what is said of delivery is what checkout charges, on every page', async () => {
  const said = async (visitor) => {
    const summary = (await visitor.ask('/fr/cart')).body.split('<aside')[1].split('</aside>')[0].replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    return summary
  }
  const one = new Visitor()
  await one.add('V-1', 4) // 10.00
  assert.match(await said(one), /Livraison gratuite Total 10,00 €/, 'included while there is no tariff')
  assert.match((await one.ask('/fr/p/vis')).body, /livraison gratuite[^]*Livraison en Belgique et en France/)
  await settings({ to: 'BE', weight: '2000', 'price.new': '6,50' })
  for (const url of ['/fr/', '/fr/c/quincaillerie', '/fr/p/vis']) {
    const { body } = await one.ask(url)
    assert.match(body, /Livraison en Belgique/, url)
    assert.doesNotMatch(body, /en France/, `${url}: nothing is sent there`)
    assert.doesNotMatch(body, /14 jours/, url)
  }
  assert.match((await one.ask('/fr/p/vis')).body, /livraison 6,50\s€/)
  assert.match((await one.ask('/fr/p/velo')).body, /Nous ne pouvons pas livrer cet article/, 'heavier than any step')
  assert.doesNotMatch((await one.ask('/fr/p/velo')).body, /Ajouter au panier/)
  assert.match(await said(one), /Livraison 6,50 € Total 16,50 €/)
  await settings({ to: 'FR', weight: '2000', 'price.new': '12' })
  assert.match((await one.ask('/fr/p/vis')).body, /livraison à partir de 6,50\s€/, 'it depends on the country')
  assert.match(await said(one), /Livraison en Belgique 6,50 € Total, livré en Belgique 16,50 € Livraison en France 12,00 € Total, livré en France 22,00 €/)
  await settings({ scheme: 'national', free_from: '100', mail: '' })
  assert.match(await said(one), /Livraison gratuite à partir de 100,00 €/)
  await one.add('V-1', 36)
  const free = await said(one)
  assert.match(free, /Livraison gratuite Total 100,00 €/)
  assert.doesNotMatch(free, /6,50|à partir/)
  assert.match((await one.ask('/fr/order')).body, /Livraison en Belgique<\/dt><dd>gratuite[^]*100,00\s€/)
  const heavy = new Visitor()
  await heavy.add('C-1', 1, 'velo')
  const cart = (await heavy.ask('/fr/cart')).body
  assert.match(cart, /Nous ne pouvons pas livrer cette commande/)
  assert.doesNotMatch(cart, /Passer la commande/)
  await noSteps()
  await settings({ scheme: 'national', free_from: '', mail: '' })
})

test('delivery prices and categories, which MariaDB keeps for all pages, are on the next page after a change', async () => {
  const hits = async () => Number((await rows("SHOW GLOBAL STATUS LIKE 'Qcache_hits'"))[0][1])
  const page = async () => (await stack.request(host, '/fr/p/vis')).body
  await page()
  const before = await hits()
  await page()
  assert.ok(await hits() >= before + 2, 'delivery and categories are not read anew')
  await rows("DELETE FROM shipping; INSERT INTO shipping (country, up_to_grams, price_cents) VALUES ('BE', 30000, 1100)")
  for (let cents = 1101; cents < 1106; cents++) {
    await rows(`UPDATE shipping SET price_cents = ${cents}; UPDATE category SET title = 'Rayon ${cents}' WHERE title LIKE 'Rayon%' OR title = 'Quincaillerie'`)
    const body = await page()
    assert.match(body, new RegExp(`11,0${cents % 10}`), 'the price')
    assert.match(body, new RegExp(`Rayon ${cents}`), 'the category')
  }
  await rows("DELETE FROM shipping; UPDATE category SET title = 'Quincaillerie' WHERE title LIKE 'Rayon%'")
})

test('a number that is more than there is comes back marked, with how many there are', async () => {
  const one = new Visitor()
  const added = await one.add('B-1', 9, 'livre')
  assert.equal(added.status, 422)
  assert.match(added.body, /id="count"[^>]*value="9"[^>]*aria-invalid="true"[^]*Il n(&#39;|')en reste que \d/)
  assert.match(added.body, /<title>Erreur : /)
  assert.match(added.body, /class="errors"[^>]*autofocus/)
  await one.add('B-1', 1, 'livre')
  await one.add('V-1', 2)
  const again = await one.add('B-1', 9, 'livre')
  assert.match(again.body, /votre panier en contient déjà 1/)
  const id = await variant('B-1'), page = (await one.ask('/fr/cart')).body
  const changed = await one.ask(`/fr/cart/${id}`, { _key: field(page, '_key'), count: '9' })
  assert.equal(changed.status, 422)
  assert.equal(changed.body.match(/aria-invalid="true"/g).length, 1, 'the line alone that it is about')
  assert.match(changed.body, new RegExp(`id="line-${id}"[^]*id="count"[^>]*value="9"[^>]*aria-invalid[^]*id="count-below">Il n`))
  assert.match(changed.body, /href="#count"/)
})

test('changing the language at the checkout keeps what was typed, whole or not, and orders nothing', async () => {
  const one = new Visitor()
  await one.add('V-1', 1)
  const page = (await one.ask('/fr/order')).body
  assert.match(page, /<button form="checkout" formaction="\/nl\/order" name="_redraw"/)
  const before = (await rows('SELECT COUNT(*) FROM shop_order'))[0][0]
  const typed = { _key: field(page, '_key'), seen: field(page, 'seen'), name: 'Zoé <b>', mail: 'zoe@', street: '', postal_code: 'x', city: 'Namur', country: 'FR', _redraw: '1' }
  const dutch = await one.ask('/nl/order', typed)
  assert.equal(dutch.status, 200)
  assert.match(dutch.body, /<html lang="nl">[^]*value="Zoé &lt;b&gt;"[^]*value="zoe@"[^]*value="x"[^]*value="Namur"[^]*value="FR" checked/)
  assert.doesNotMatch(dutch.body, /class="error|aria-invalid/, 'nothing is a mistake yet')
  const wrong = await one.ask('/nl/order', { ...customer, _key: field(dutch.body, '_key'), seen: field(dutch.body, 'seen'), name: '' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.body, /formaction="\/fr\/order"/, 'on a refused form, too')
  assert.deepEqual(await rows('SELECT COUNT(*) FROM shop_order'), [[before]])
})

test('VAT of 0 % is no line of its own, neither before nor after the order', async () => {
  await stack.sql("UPDATE t1_shop.product SET vat = 'super_reduced' WHERE slug = 'vis'")
  const one = new Visitor()
  await one.add('V-1', 1)
  await one.add('B-1', 1, 'livre')
  const rates = (body) => [...new Set([...body.matchAll(/Dont TVA ([\d,]+) %/g)].map(([, rate]) => rate))]
  assert.deepEqual(rates((await one.ask('/fr/order')).body), ['6'])
  const { headers } = await one.order({ mail: 'zero@example.be' })
  assert.deepEqual(rates((await one.ask(headers.location)).body), ['6'])
  await stack.sql("UPDATE t1_shop.product SET vat = 'standard' WHERE slug = 'vis'")
})

test('a price or a cart that has changed since the page was seen is told, not charged', async () => {
  const one = new Visitor()
  await one.add('V-1', 2)
  const { body } = await one.ask('/fr/order')
  await stack.sql("UPDATE t1_shop.variant SET price_cents = 300 WHERE sku = 'V-1'")
  const answer = await one.ask('/fr/order', { _key: field(body, '_key'), seen: field(body, 'seen'), ...customer })
  assert.equal(answer.status, 422)
  assert.match(answer.body, /a changé entre-temps/)
  assert.match(answer.body, /6,00\s€/)
  const again = await one.ask('/fr/order', { _key: field(answer.body, '_key'), seen: field(answer.body, 'seen'), ...customer })
  assert.equal(again.status, 303)
  assert.equal((await one.ask('/fr/order')).headers.location, '/fr/cart', 'the cart is empty now')
})

test('a postal code has to be one of the country', async () => {
  const one = new Visitor()
  await one.add('V-1')
  assert.equal((await one.order({ country: 'FR' })).status, 422)
  assert.equal((await one.order({ country: 'BE', postal_code: '75001' })).status, 422)
  const both = await one.order({ country: 'BE', postal_code: '75001', mail: 'amelie@' })
  assert.match(both.body, /class="errors"[^]*href="#mail"[^]*href="#postal_code"/, 'all that is wrong is told at once')
  const changed = await one.order({ mail: 'amelie@', seen: 'x' })
  assert.match(changed.body, /href="#mail"[^]*a changé entre-temps/, 'also that the total has changed')
  assert.equal((await one.order({ country: 'FR', postal_code: '75001' })).status, 303)
})

test("a guest's cart goes with them when they come in by the link in their mail, on any machine", async () => {
  const enter = async (visitor) => {
    const links = async () => (await stack.mails()).flatMap(({ html }) => html.match(/http[^"]+\/account\/in\/[^"]+/g) ?? [])
    const before = await links()
    const page = (await visitor.ask('/fr/account')).body
    assert.match((await visitor.ask('/fr/account', { _key: field(page, '_key'), mail: 'Amelie@example.be' })).body, /Nous avons envoyé un lien/)
    const link = new URL(await until('the link', async () => (await links()).find((one) => !before.includes(one)), 20))
    const seen = await visitor.ask(link.pathname)
    return { link: link.pathname, answer: await visitor.ask(link.pathname, { _key: field(seen.body, '_key') }), key: field(seen.body, '_key') }
  }
  const desk = new Visitor(), phone = new Visitor()
  await desk.add('V-1', 2)
  const guest = desk.cookies.shop
  const { link } = await enter(desk)
  assert.notEqual(desk.cookies.shop, guest, 'whoever knew the former token has nothing')
  const own = (await desk.ask('/fr/account')).body
  assert.match(own, /amelie@example\.be/)
  assert.match(own, /href="\/fr\/thanks\/[a-z2-7]{32}"/)
  assert.match((await new Visitor().ask(link)).body, /a déjà servi/)
  await phone.add('V-1', 3)
  await phone.add('B-1', 1, 'livre')
  await enter(phone)
  const merged = (await phone.ask('/fr/cart')).body
  assert.match(merged, new RegExp(`id="n-${await variant('V-1')}"[^>]*value="5"`))
  assert.match((await desk.ask('/fr/cart')).body, new RegExp(`id="n-${await variant('B-1')}"`), 'one cart on both machines')
  assert.match((await phone.ask('/fr/order')).body, /value="rue Haute 1"/, 'the last address is filled in')
  const page = (await phone.ask('/fr/account')).body
  await phone.ask('/fr/account/leave', { _key: page.slice(page.indexOf('/fr/account/leave')).match(/name="_key" value="([^"]+)"/)[1] })
  assert.match((await phone.ask('/fr/cart')).body, /Votre panier est vide/)
  const former = new Visitor()
  former.cookies.shop = guest
  assert.match((await former.ask('/fr/cart')).body, /Votre panier est vide/)
})

test('nobody fills a mailbox by asking for links', async () => {
  for (let i = 0; i < 6; i++) {
    const one = new Visitor(), page = (await one.ask('/fr/account')).body
    await one.ask('/fr/account', { _key: field(page, '_key'), mail: 'flood@example.org' })
    await until('the job is done', async () => (await stack.sql("SELECT COUNT(*) FROM queue.outbox WHERE name = 'customer_link'")) === '0')
  }
  assert.deepEqual(await rows("SELECT COUNT(*) FROM customer_link WHERE mail = 'flood@example.org'"), [['3']])
})

test('of 200 who order the last 20 pieces at once, 20 get one and 180 are told', async () => {
  const visitors = await Promise.all(Array.from({ length: 200 }, async (_, i) => { const one = new Visitor(`127.0.1.${i + 1}`); await one.add('L-20', 1, 'vingt'); return one }))
  const pages = await Promise.all(visitors.map((one) => one.ask('/fr/order')))
  const answers = await Promise.all(visitors.map((one, i) => one.ask('/fr/order',
    { _key: field(pages[i].body, '_key'), seen: field(pages[i].body, 'seen'), ...customer, mail: `n${i}@example.org` })))
  const count = (status) => answers.filter((answer) => answer.status === status).length
  assert.deepEqual(answers.map(({ status }) => status).filter((status) => ![303, 422].includes(status)), [])
  assert.deepEqual({ sold: count(303), told: count(422) }, { sold: 20, told: 180 })
  for (const { body } of answers.filter(({ status }) => status === 422)) assert.match(body, /a été plus rapide/)
  assert.deepEqual(await rows("SELECT stock FROM variant WHERE sku = 'L-20'"), [['0']])
  assert.deepEqual(await rows("SELECT SUM(l.count) FROM order_line l JOIN variant v ON v.id = l.variant WHERE v.sku = 'L-20'"), [['20']])
})

test('what lies in a cart for half a year is forgotten, however much it is', async () => {
  await stack.sql("USE t1_shop; INSERT INTO cart_line (owner, variant, count, added) SELECT SHA2(seq, 256), (SELECT id FROM variant WHERE sku = 'B-1'), 1, UTC_TIMESTAMP(6) FROM seq_1_to_10500")
  await stack.sql("USE t1_shop; UPDATE cart_line SET added = UTC_TIMESTAMP(6) - INTERVAL 200 DAY WHERE variant = (SELECT id FROM variant WHERE sku = 'B-1')")
  await stack.sql("INSERT INTO queue.outbox (role, name, body) VALUES ('t1_shop', 'sweep', '{}')")
  await until('swept', async () => (await rows("SELECT COUNT(*) FROM cart_line l JOIN variant v ON v.id = l.variant WHERE v.sku = 'B-1'"))[0][0] === '0', 70)
})
