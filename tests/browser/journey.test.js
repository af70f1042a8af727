// SPDX-License-Identifier: EUPL-1.2
// Visitors and members in the real browser: the shop without a script, the portal by its one-time link and by password. Each page is
// looked at by axe in both themes, must not scroll sideways at 320 px, and is photographed into build/screenshots.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'
import { inspect, launch, open as openIn, pictures } from './pages.mjs'

let stack, browser, shop, portal
const open = (options) => openIn(browser, options)

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'laboucle', '--title', 'La Boucle')
  await stack.cli('module', 'install', 'shop', '--tenant', 'laboucle', '--root')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'laboucle')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'laboucle')
  await stack.cli('import', 'shop', 'payment', path.join(demo, 'payment.csv'), '--tenant', 'laboucle')
  shop = `http://laboucle.localhost:${stack.port}`
  portal = `http://laboucle-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop() })

test('a visitor orders a bicycle without JavaScript, and sees what to pay', async () => {
  const page = await open({ javaScriptEnabled: false })
  await page.goto(shop)
  assert.equal(page.url(), `${shop}/fr/`)
  await page.click('nav.cats >> text=Vélos')
  await page.click('text=Vélo hollandais')
  await page.click('button:has-text("Ajouter au panier")')
  await page.waitForURL(/\/cart$/)
  assert.match(await page.textContent('.cart-link'), /1/)
  await page.click('a:has-text("Passer la commande")')
  await page.fill('#name', 'Amélie Vandenberghe')
  await page.fill('#mail', 'amelie@exemple.be')
  await page.fill('#street', 'rue des Brasseurs 24')
  await page.fill('#postal_code', '5000')
  await page.fill('#city', 'Namur')
  await page.click('button:has-text("obligation de paiement")')
  await page.waitForURL(/\/thanks\//)
  assert.match(await page.textContent('main'), /\+\+\+\d{3}\/\d{4}\/\d{5}\+\+\+/)
  const thanks = page.url()
  await page.goBack()
  await page.goto(thanks)
  assert.match(await page.textContent('h1'), /Amélie Vandenberghe/)
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1_shop.shop_order'), '1')
  await page.context().close()
})

test('an order is placed with the keyboard alone', async () => {
  const page = await open()
  await page.goto(`${shop}/fr/p/casque-ville`)
  await page.focus('button:has-text("Ajouter au panier")')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/cart$/)
  await page.focus('a:has-text("Passer la commande")')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/order/)
  await page.focus('#name')
  for (const text of ['Karim Benali', 'karim@exemple.be', 'rue Neuve 1', '1000', 'Bruxelles']) {
    await page.keyboard.type(text)
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Tab')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /obligation de paiement/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/thanks\//)
  await inspect(page, 'thanks')
  await page.emulateMedia({ colorScheme: 'dark' }) // a code has to be read there too
  const code = path.join(pictures, 'payment-code.png')
  await page.locator('.qr svg').screenshot({ path: code })
  const text = execFileSync('zbarimg', ['-q', '--raw', code]).toString().trim()
  const communication = (await page.textContent('main')).match(/\+{3}\d{3}\/\d{4}\/\d{5}\+{3}/)[0]
  assert.match(text, /^BCD\n002\n1\nSCT\n[A-Z0-9]*\nLa Boucle SC\nBE68539007547034\nEUR\d+\.\d\d\n\n\n\+{3}/)
  assert.ok(text.endsWith(communication))
  await page.context().close()
})

test('the shop\'s and the guestbook\'s pages are sound to look at, for everybody', async () => {
  const page = await open()
  for (const [name, url] of [['list', '/fr/'], ['category', '/fr/c/velos'], ['product', '/fr/p/velo-ville-homme'], ['variants', '/fr/p/casque-ville'],
    ['sold', '/fr/p/velo-pliant'], ['guestbook', '/fr/guestbook/'], ['cart-empty', '/fr/cart'], ['not-found', '/fr/p/nichts']]) {
    await page.goto(shop + url)
    await inspect(page, name)
  }
  await page.goto(`${shop}/fr/account`)
  await inspect(page, 'account-shop')
  await page.goto(`${shop}/fr/p/casque-ville`)
  await page.click('button:has-text("Ajouter au panier")')
  await page.waitForURL(/\/cart$/)
  await inspect(page, 'cart')
  await page.click('a:has-text("Passer la commande")')
  await page.waitForURL(/\/order$/)
  await inspect(page, 'order')
  await page.evaluate(() => { document.querySelector('form[method=post]').noValidate = true })
  await page.fill('#mail', 'amelie@')
  await page.click('button:has-text("obligation")')
  await inspect(page, 'order-errors')
  await page.context().close()
})

test('a merchant signs in by the link, sees the order, and switches a module off and on', async () => {
  const page = await open()
  await page.goto((await stack.cli('login', 'laboucle', 'owner')).trim())
  await inspect(page, 'sign-in')
  await page.click('main button')
  await page.waitForURL(`${portal}/portal/`)
  await page.waitForSelector('.tile .figures')
  await inspect(page, 'home')
  await page.click('nav.side >> text=Modules')
  await inspect(page, 'modules')
  await page.click('nav.side >> text=Commandes')
  await page.click('text=1001')
  assert.match(await page.textContent('main'), /Amélie Vandenberghe/)
  await inspect(page, 'one-order')
  await page.goto(`${portal}/shop/orders`)
  await inspect(page, 'orders')
  for (const [name, url] of [['settings', '/shop/settings'], ['products', '/shop/products'], ['product-new', '/shop/products/new'], ['imports', '/shop/products/import'],
    ['product-edit', `/shop/products/${await stack.sql("SELECT id FROM t1_shop.product WHERE slug = 'casque-ville'")}`], ['products-none', '/shop/products?words=nichts']]) {
    await page.goto(portal + url)
    await inspect(page, name)
  }
  await page.goto(`${portal}/portal/modules/shop/settings`)
  await inspect(page, 'module-settings')
  await page.goto(`${portal}/portal/modules`)
  const guestbook = page.locator('article', { hasText: "Livre d'or" })
  await guestbook.getByRole('link', { name: 'Désactiver' }).click()
  await page.waitForURL(/guestbook\/disable$/)
  await inspect(page, 'module-disable')
  await page.click('main button.btn-danger')
  await until('the guestbook is closed', async () => (await stack.request('laboucle.localhost', '/fr/guestbook/')).status === 503)
  const visitor = await open()
  await visitor.goto(`${portal.replace('-portal', '')}/fr/guestbook/`)
  assert.match(await visitor.textContent('main'), /Fermé pour le moment/)
  await inspect(visitor, 'closed')
  await visitor.context().close()
  await page.goto(`${portal}/portal/modules`)
  await until('the portal shows it off, by itself', async () => guestbook.getByText('Désactivé').count())
  await guestbook.getByRole('button', { name: 'Activer' }).click()
  await until('the guestbook is back', async () => (await stack.request('laboucle.localhost', '/fr/guestbook/')).status === 200)
  assert.equal((await stack.request('laboucle.localhost', '/fr/')).status, 200)
  await page.context().close()
})

test('an owner sets up an account and invites a colleague, who joins from the mail; both see only what they may', async () => {
  const owner = await open()
  await owner.goto((await stack.cli('login', 'laboucle', 'owner')).trim())
  await owner.click('main button')
  await owner.waitForURL(`${portal}/portal/`)
  await owner.click('header a.person')
  await inspect(owner, 'account')
  await owner.fill('#mail', 'anne@laboucle.example')
  await owner.click('main button:has-text("Recevoir un lien")')
  await owner.waitForSelector('text=Nous avons envoyé un e-mail à anne@laboucle.example')
  await inspect(owner, 'account-written')
  const proof = await until('the mail that proves the address', async () => (await stack.mails()).find(({ to }) => to.includes('anne@')), 20)
  await owner.goto(proof.html.match(/href="(http[^"]+\/invitation\/[^"]+)"/)[1])
  await owner.fill('#password', 'trois mots inattendus')
  await owner.click('main button')
  await owner.waitForURL(`${portal}/portal/`)
  await owner.click('nav.side >> text=Membres')
  await inspect(owner, 'members')
  await owner.fill('#name', 'Bérénice Lambert')
  await owner.fill('#mail', 'berenice@laboucle.example')
  await owner.selectOption('#role', { label: 'commerçant' })
  await owner.click('text=Envoyer l\'invitation')
  await owner.waitForSelector('text=Invité')

  const mail = await until('the invitation has arrived', async () => (await stack.mails()).find(({ to }) => to.includes('berenice@')), 20)
  const colleague = await open({ javaScriptEnabled: false })
  await colleague.goto(mail.html.match(/href="(http[^"]+\/invitation\/[^"]+)"/)[1])
  await colleague.fill('#password', 'vier andere woorden')
  await colleague.click('main button')
  await colleague.waitForURL(`${portal}/portal/`).catch(() => {}) // a merchant may not see the modules
  await colleague.goto(`${portal}/shop/orders`)
  assert.match(await colleague.textContent('h1'), /Commandes/)
  assert.equal(await colleague.locator('nav.side >> text=Membres').count(), 0)
  await colleague.goto(`${portal}/portal/members`)
  assert.equal(await colleague.locator('text=Bérénice').count(), 0)

  await owner.click('text=Bérénice Lambert')
  await inspect(owner, 'member')
  for (const [name, url] of [['roles', '/portal/roles'], ['role', '/portal/roles/merchant'], ['keys', '/portal/keys'], ['audit', '/portal/audit'], ['mails', '/portal/mails'], ['jobs', '/portal/jobs']]) {
    await owner.goto(portal + url)
    await inspect(owner, name)
  }
  await owner.goto(`${portal}/portal/mails`)
  await owner.click('main table a >> nth=0')
  await owner.waitForURL(/\/mails\/\d+$/)
  assert.match(await owner.textContent('h1'), /Merci/)
  await owner.goto('about:blank')
  await owner.setContent(mail.html) // its own page runs no script, not even axe
  await inspect(owner, 'mail')
  await owner.context().close()
  await colleague.context().close()
})

test('a member signs in with the keyboard, after a mistake; the ways in are sound to look at', async () => {
  const page = await open()
  await page.goto(`${portal}/portal/forgot`)
  await inspect(page, 'forgot')
  await page.goto(`${portal}/portal/invitation/nonsense`)
  await inspect(page, 'invitation-gone')
  await page.goto(`${portal}/portal/members`)
  await inspect(page, 'members-only')
  await page.click('text=Se connecter')
  await inspect(page, 'sign-in-form')
  for (const [password, end] of [['wrong', '/portal/sign-in'], ['trois mots inattendus', '/portal/']]) {
    await page.fill('#mail', '')
    await page.focus('#mail')
    await page.keyboard.type('anne@laboucle.example')
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(portal + end)
    if (password === 'wrong') await inspect(page, 'sign-in-wrong')
  }
  await page.goto(`${portal}/portal/account/second`)
  await inspect(page, 'second')
  const uri = new URL(await (async () => {
    await page.locator('.qr svg').screenshot({ path: path.join(pictures, 'second-code.png') })
    return execFileSync('zbarimg', ['-q', '--raw', path.join(pictures, 'second-code.png')]).toString().trim()
  })())
  assert.equal(uri.protocol, 'otpauth:')
  assert.match(uri.searchParams.get('secret'), /^[A-Z2-7]{32}$/)
  await page.goto(`${portal}/portal/account`)
  await inspect(page, 'account-set-up')
  await page.context().close()
})
