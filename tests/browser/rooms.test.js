// SPDX-License-Identifier: EUPL-1.2
// The pages behind doors, in the real browser: ways in by mail and by code, what an owner and an operator order, a customer's own
// orders, and each page as it looks when something went wrong. Looked at as all others are, by inspect().
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue } from '../support/catalogue.mjs'
import { codeOf } from '../support/codes.mjs'
import { root, start, until } from '../support/stack.mjs'
import { inspect, launch, leave, open as openIn, press } from './pages.mjs'

const PASSWORD = 'trois mots inattendus', SITE = 'laboucle.localhost', PORTAL = 'laboucle-portal.localhost'
let stack, catalogue, packages, browser, shop, portal, served
const open = (options) => openIn(browser, options)
const tariff = (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal')

before(async () => {
  packages = new Packages('portal', 'shop', 'clerk')
  catalogue = await Catalogue.make('guestbook', 'notes')
  await catalogue.publish('guestbook', '1.0.0', { manifest: tariff })
  await catalogue.publish('notes', '1.0.0')
  stack = await start({ modules: packages.folder, config: catalogue.config, mail: true })
  await stack.cli('tenant', 'create', 'laboucle', '--title', 'La Boucle')
  await stack.cli('tenant', 'create', 'federation', '--title', 'Fédération des coopératives', '--operator')
  await stack.cli('tenant', 'allow', 'laboucle', '100')
  await stack.cli('module', 'install', 'shop', '--tenant', 'laboucle', '--root')
  for (const module of ['clerk', 'guestbook', 'notes']) await stack.cli('module', 'install', module, '--tenant', 'laboucle')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'laboucle')
  await stack.cli('import', 'shop', 'payment', path.join(demo, 'payment.csv'), '--tenant', 'laboucle')
  shop = `http://${SITE}:${stack.port}`
  portal = `http://${PORTAL}:${stack.port}`
  served = `http://federation-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop(); catalogue?.remove(); packages?.removeAll() })

async function signedIn (tenant = 'laboucle', role = 'owner') {
  const page = await open(), [name, value] = (await stack.signIn(tenant, role)).split('=')
  await page.context().addCookies([{ name, value, url: tenant === 'laboucle' ? portal : served }])
  return page
}

async function inspectAll (page, base, pages) {
  for (const [name, url] of pages) {
    await page.goto(base + url)
    await inspect(page, name)
  }
}

const linkTo = (address, word) => until(`a mail to ${address}`, async () =>
  (await stack.mails()).findLast((mail) => mail.to.includes(address) && mail.html.includes(word))?.html.match(new RegExp(`http[^"]+${word}[^"]+`))[0], 20)

// Without the browser's own validation, the page has to report the errors.
const send = async (page, button) => {
  await page.evaluate(() => { for (const form of document.forms) form.noValidate = true })
  await press(page, button)
}

test('the ways in by mail are sound: an invitation, a new password, and links that are used up', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/portal/account/password`)
  await send(page, 'main form button')
  await inspect(page, 'password-first-errors')
  await page.fill('#name', 'Anne Petit')
  await page.fill('#mail', 'anne@laboucle.example')
  await press(page, 'main button:has-text("Recevoir un lien")')
  await page.goto(await linkTo('anne@', '/invitation/'))
  await inspect(page, 'invitation')
  await page.fill('#password', 'court')
  await send(page, 'main button')
  await inspect(page, 'invitation-errors')
  await page.fill('#password', PASSWORD)
  await press(page, 'main button')
  assert.equal(page.url(), `${portal}/portal/account/second`)

  const stranger = await open()
  await stranger.goto(`${portal}/portal/forgot`)
  await stranger.fill('#mail', 'anne@laboucle.example')
  await press(stranger, 'main button')
  await inspect(stranger, 'forgot-asked')
  await stranger.goto(await linkTo('anne@', '/reset/'))
  await inspect(stranger, 'reset')
  await stranger.fill('#password', PASSWORD)
  await press(stranger, 'main button')
  await inspectAll(stranger, portal, [['reset-gone', '/portal/reset/nonsense'], ['sign-in-gone', '/portal/sign-in/nonsense'], ['sign-out', '/portal/sign-out'], ['members-none', '/portal/nothing']])
  await leave(stranger)
  await leave(page)
})

test('a colleague with the shop\'s role is invited by mail, comes in, opens their account and signs out', async () => {
  const page = await signedIn(), guest = await open()
  await page.goto(`${portal}/portal/members`)
  await page.fill('#name', 'Nora Colle')
  await page.fill('#mail', 'nora@laboucle.example')
  await page.selectOption('#role', 'merchant')
  await press(page, 'main form button.btn-primary')
  await guest.goto(await linkTo('nora@', '/invitation/'))
  await guest.fill('#password', PASSWORD)
  await press(guest, 'main button')
  assert.equal(guest.url(), `${portal}/portal/account/second`)
  await press(guest, 'main a:has-text("Plus tard")')
  await guest.waitForSelector('.tile .chart')
  await inspect(guest, 'home-merchant')
  await press(guest, '.person')
  assert.equal(guest.url(), `${portal}/portal/account`)
  await inspect(guest, 'account-merchant')
  await stack.sql("INSERT INTO t1.role (name, title) VALUES ('r_none', 'Lecture'); UPDATE t1.member_role SET role = 'r_none' WHERE role = 'merchant'")
  await guest.goto(`${portal}/portal/`)
  await inspect(guest, 'home-without-rights')
  await stack.sql("INSERT INTO t1.role_permission (role, permission) VALUES ('r_none', 'portal.keys'), ('r_none', 'portal.audit')")
  await guest.goto(`${portal}/portal/`)
  await inspect(guest, 'home-without-tiles')
  await guest.goto(`${portal}/portal/account`)
  await press(guest, 'main a[href="/portal/sign-out"]')
  await press(guest, 'main form button')
  assert.equal(guest.url(), `${portal}/portal/sign-in`)
  await leave(guest)
  await leave(page)
})

test('the second step is sound: set up, its recovery codes, and asked for after the password', async () => {
  const page = await open()
  const signIn = async () => {
    await page.goto(`${portal}/portal/sign-in`)
    await page.fill('#mail', 'anne@laboucle.example')
    await page.fill('#password', PASSWORD)
    await press(page, 'main button')
  }
  await signIn()
  await page.goto(`${portal}/portal/account`)
  await page.fill('#name', ' ')
  await page.fill('#zone', 'Mars/Base')
  await send(page, 'main form button >> nth=0')
  await inspect(page, 'account-errors')
  await page.goto(`${portal}/portal/account/second`)
  await page.fill('#code', '000000')
  await page.fill('#current', PASSWORD)
  await press(page, 'main form button')
  await inspect(page, 'second-errors')
  const secret = await page.textContent('figcaption strong')
  await page.fill('#code', codeOf(secret))
  await page.fill('#current', PASSWORD)
  await press(page, 'main form button')
  assert.equal(await page.locator('.codes li').count(), 8)
  await inspect(page, 'second-codes')
  await page.goto(`${portal}/portal/account`)
  await inspect(page, 'account-second')
  await press(page, 'main a:has-text("Désactiver")')
  await page.fill('#current', 'wrong')
  await press(page, 'main form button')
  await inspect(page, 'second-off-errors')
  await page.goto(`${portal}/portal/account/password`)
  await inspect(page, 'password')
  await page.context().clearCookies()
  await signIn()
  await inspect(page, 'second-step')
  await page.fill('#code', '000000')
  await press(page, 'main button')
  await inspect(page, 'second-step-wrong')
  await page.fill('#code', codeOf(secret, Math.floor(Date.now() / 30000) + 1)) // the code of now is used
  await press(page, 'main button')
  assert.equal(page.url(), `${portal}/portal/`)
  await leave(page)
})

test('what an owner orders and pays is sound to look at', async () => {
  const page = await signedIn()
  await stack.sql("INSERT INTO scopiton.subscription_period (tenant, module, cents, currency, begins, ends) VALUES (1, 'notes', 3000, 'EUR', '2026-04-01', '2026-04-10'), (1, 'guestbook', 123400, 'EUR', '2026-04-03', '2026-04-30')")
  await stack.cli('tenant', 'statement', 'laboucle', '2026-04', '--close')
  await inspectAll(page, portal, [['statements', '/portal/statements'], ['statement', '/portal/statements/2026-04'], ['statement-open', `/portal/statements/${await stack.sql("SELECT DATE_FORMAT(UTC_DATE(), '%Y-%m')")}`],
    ['module', '/portal/modules/shop'], ['module-catalogue', '/portal/modules/guestbook'], ['module-remove', '/portal/modules/guestbook/remove'], ['modules-none', '/portal/modules?words=nichts'],
    ['tile-alone', '/portal/tile'], ['tile-shop-alone', '/shop/tile'], ['module-not-found', '/portal/modules/nichts']])
  await page.goto(`${portal}/portal/modules/guestbook/remove`)
  await page.fill('#confirmed', 'livre')
  await press(page, 'main button.btn-danger')
  await inspect(page, 'module-remove-errors')

  await catalogue.publish('notes', '1.1.0', { from: 'notesb', manifest: (text) => text.replace('\t<personal', '\t<calls host="api.example.com"/>\n\t<personal') })
  await stack.cli('catalogue', 'refresh')
  await stack.sql("UPDATE scopiton.package SET trouble = 'it has ended three times in a minute' WHERE module = 'notes'")
  await page.goto(`${portal}/portal/modules/notes`)
  await inspect(page, 'module-upgrade')
  await leave(page)
})

test('keys, permissions and roles are sound to look at, also with a mistake', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/portal/keys`)
  await page.fill('#name', 'Caisse du magasin, programme de comptabilité')
  await press(page, 'main form button:has-text("la clé")')
  await inspect(page, 'keys-errors')
  await page.fill('#name', 'Caisse du magasin, programme de comptabilité')
  for (const box of await page.locator('#may input').all()) await box.check()
  await press(page, 'main form button:has-text("la clé")')
  assert.ok((await page.textContent('.copy')).length > 20)
  await inspect(page, 'key-fresh')
  await press(page, 'main tbody form button')
  await inspect(page, 'key-sure')
  for (const [name, url, button] of [['members-errors', '/portal/members', 'main form.form button'], ['roles-errors', '/portal/roles', 'main form.form button']]) {
    await page.goto(portal + url)
    await send(page, button)
    await inspect(page, name)
  }
  const colleague = await signedIn('laboucle', 'merchant')
  await colleague.goto(`${portal}/portal/members`)
  await inspect(colleague, 'forbidden')
  await leave(colleague)
  await leave(page)
})

test('work that could not be done, that waits and that runs is sound to look at', async () => {
  const ask = async (form) => stack.request(SITE, '/fr/clerk/jobs', { form: { _key: await stack.key(SITE, '/fr/clerk/', {}, '/fr/clerk/jobs'), ...form } })
  for (const form of [{ job: 'hopeless', text: 'in vain' }, { job: 'note', text: 'later', delay: '3600' }, { job: 'flaky', text: 'x' }]) assert.equal((await ask(form)).status, 303)
  await until('one is dead and one has been tried', async () => (await stack.sql('SELECT (SELECT COUNT(*) FROM queue.dead), (SELECT COUNT(*) FROM queue.outbox WHERE tries > 0)')) === '1\t1')
  const page = await signedIn()
  await page.goto(`${portal}/portal/`)
  await page.waitForSelector('.tile .state-bad')
  await inspect(page, 'home-dead')
  await page.goto(`${portal}/portal/jobs`)
  assert.equal(await page.locator('#dead').count(), 1)
  await inspect(page, 'jobs-dead')
  await press(page, 'main button.btn-plain >> nth=0')
  await inspect(page, 'job-sure')
  await leave(page)
})

test('an operator\'s pages are sound to look at: tenants, one of them, its modules, upgrades in waves', async () => {
  const page = await signedIn('federation')
  await catalogue.publish('guestbook', '1.1.0', { manifest: tariff })
  await stack.cli('catalogue', 'refresh')
  await inspectAll(page, served, [['rollouts-none', '/portal/rollouts'], ['statements-none', '/portal/statements'], ['tenants-two', '/portal/tenants'], ['tenants-none', '/portal/tenants?words=nichts'],
    ['tenant-new', '/portal/tenants/new'], ['tenant-served', '/portal/tenants/1'], ['tenant-module', '/portal/tenants/1/guestbook'], ['tenant-module-remove', '/portal/tenants/1/guestbook/remove']])
  await page.goto(`${served}/portal/tenants/new`)
  await send(page, 'main form button')
  await inspect(page, 'tenant-new-errors')
  await page.goto(`${served}/portal/tenants/1`)
  await page.fill('#amount', 'beaucoup')
  await press(page, 'main form.form button')
  await inspect(page, 'tenant-errors')

  await stack.sql('ALTER TABLE t1_guestbook.entry CHANGE message lost VARCHAR(1000) NOT NULL') // so that the first wave fails
  await page.goto(`${served}/portal/rollouts`)
  await page.selectOption('#module', 'guestbook')
  await press(page, 'main form.form button')
  await inspect(page, 'rollout-preview')
  await press(page, 'main form button.btn-primary')
  await page.waitForSelector('#list td .state-bad') // the page follows by itself
  await stack.sql("INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, state, message, ended) SELECT CONCAT('t', id, '_portal'), id, 'rollout', 'guestbook', 'owner', 'failed', CONCAT(CHAR(2), 'another upgrade of ''%s'' in waves is under way', CHAR(31), 'guestbook', CHAR(3)), UTC_TIMESTAMP(6) FROM scopiton.tenant WHERE operates = 1")
  await page.goto(`${served}/portal/rollouts`)
  await page.waitForSelector('#list .notice-bad')
  await inspect(page, 'rollouts-failed')
  await page.click('#list .row-link')
  await page.waitForSelector('#waves td .state-bad')
  await inspect(page, 'rollout-stopped')
  await stack.sql('ALTER TABLE t1_guestbook.entry CHANGE lost message VARCHAR(1000) NOT NULL')
  await press(page, 'main .actions button')
  await page.waitForSelector('#waves td .state-ok')
  await inspect(page, 'rollout-done')
  await inspectAll(page, served, [['rollouts', '/portal/rollouts'], ['tenant-module-upgraded', '/portal/tenants/1/guestbook']])
  await leave(page)
})

test('a customer\'s own orders are sound to look at, from the mail to leaving', async () => {
  const page = await open()
  for (const slug of ['velo-hollandais', 'casque-ville']) {
    await page.goto(`${shop}/fr/p/${slug}`)
    await press(page, 'button:has-text("Ajouter au panier")')
    await page.goto(`${shop}/fr/order`)
    for (const [id, text] of Object.entries({ name: 'Amélie Dubois', mail: 'amelie@exemple.be', street: 'rue Haute 1', postal_code: '5000', city: 'Namur' })) await page.fill(`#${id}`, text)
    await press(page, 'button:has-text("obligation")')
  }
  const thanks = page.url()
  await page.goto(`${shop}/fr/account`)
  await page.fill('#mail', 'amelie@exemple.be')
  await press(page, 'main form button')
  await inspect(page, 'account-shop-asked')
  const link = await linkTo('amelie@', '/account/in/')
  await page.goto(link)
  await inspect(page, 'account-shop-link')
  await press(page, 'main form button')
  assert.equal(await page.locator('.own-orders li').count(), 2)
  await inspect(page, 'account-shop-orders')
  await page.goto(link)
  await inspect(page, 'account-shop-gone')
  await stack.sql("UPDATE t1_shop.shop_order SET state = 'shipped' ORDER BY id DESC LIMIT 1")
  await page.goto(thanks)
  await inspect(page, 'thanks-shipped')
  await leave(page)
})

test('a merchant\'s mistakes are said on sound pages: a file with faults by row, articles, settings', async () => {
  const page = await signedIn()
  const file = path.join(stack.folder, 'faults.csv')
  fs.writeFileSync(file, 'name,price,sku,stock\nVélo de course,douze,A-1,3\n,10.00,A-2,1\nSelle,10.00,A-3,-5\nSelle,10.00,A-3,1\n')
  await page.goto(`${portal}/shop/products/import`)
  await page.setInputFiles('#file', file)
  await page.click('main form[enctype] button')
  await page.waitForSelector('select[name=price]')
  await inspect(page, 'import-mapping')
  await page.selectOption('select[name=name]', '0')
  await press(page, 'form:has(select[name=price]) button')
  await inspect(page, 'import-mapping-errors')
  await page.goto(page.url())
  await page.selectOption('select[name=name]', { index: 1 })
  await press(page, 'form:has(select[name=price]) button')
  await page.waitForSelector('#progress table .state-bad')
  await inspect(page, 'import-errors')
  await inspectAll(page, portal, [['imports-earlier', '/shop/products/import'], ['orders-none', '/shop/orders?words=nichts'], ['orders-shipped', '/shop/orders?state=shipped'], ['order-none', '/shop/orders/99999']])
  for (const [name, url, button] of [['product-new-errors', '/shop/products/new', 'main form button'], ['orders-errors', '/shop/orders', '.bulk button'], ['products-errors', '/shop/products', '.bulk button']]) {
    await page.goto(portal + url)
    await send(page, button)
    await inspect(page, name)
  }
  await page.goto(`${portal}/shop/settings`)
  await page.fill('#iban', 'BE00')
  await press(page, '.save-bar button')
  await inspect(page, 'settings-errors')
  await page.goto(`${portal}/portal/modules/shop/settings`)
  await page.fill('input[type=number]', '0')
  await send(page, 'main form button')
  await inspect(page, 'module-settings-errors')
  await inspectAll(page, portal, [['audit-full', '/portal/audit']])
  await leave(page)
})

test('pages that say that nothing is there, that a form is too old, or that all is closed are sound too', async () => {
  const page = await open()
  for (const [name, url] of [['old-form-portal', `${portal}/portal/forgot`], ['old-form-shop', `${shop}/fr/account`]]) {
    await page.goto(url)
    await page.fill('#mail', 'anne@laboucle.example')
    await page.evaluate(() => { document.querySelector('[name=_key]').value = 'of yesterday' })
    await press(page, 'main form button')
    await inspect(page, name)
  }
  await inspectAll(page, shop, ['400', '404', '429'].map((code) => [`host-${code}`, `/_/error/${code}.html`]))
  for (const code of ['502', '503']) {
    await page.goto(`${shop}/_/error/${code}.html`)
    await page.evaluate(() => document.querySelector('meta[http-equiv]')?.remove()) // it reloads itself, and says so
    await inspect(page, `host-${code}`, { failed: true })
  }
  const here = await open() // another site
  await inspectAll(here, shop.replace(/\/\/[^:]+/, '//127.0.0.1'), [['welcome', '/_welcome/fr'], ['welcome-de', '/_welcome/de']])
  await leave(here)
  await page.goto(`${shop}/fr/p/casque-ville`)
  await page.fill('#count', '0')
  await send(page, 'main form button')
  await inspect(page, 'product-errors')
  await page.goto(`${shop}/fr/guestbook/`)
  await send(page, 'main form button')
  await inspect(page, 'guestbook-errors')
  await leave(page)
})
