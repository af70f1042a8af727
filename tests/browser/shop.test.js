// SPDX-License-Identifier: EUPL-1.2
// The shop in a real browser: the pages of customers and merchants, on desktops and phones.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'
import { inspect, launch, leave, open as openPage, press } from './pages.mjs'

let stack, browser, shop, portal
const open = (options) => openPage(browser, options)
const rows = async (sql) => (await stack.sql(`USE t1_shop; ${sql}`)).split('\n').filter(Boolean).map((line) => line.split('\t'))

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'laboucle', '--title', 'La Boucle')
  await stack.cli('module', 'install', 'shop', '--tenant', 'laboucle', '--root')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'laboucle')
  await stack.cli('import', 'shop', 'payment', path.join(demo, 'payment.csv'), '--tenant', 'laboucle')
  shop = `http://laboucle.localhost:${stack.port}`
  portal = `http://laboucle-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop() })

// Orders one piece of an article, as a guest.
async function order (page, slug, { language = 'fr', mail = 'amelie@example.be', name = 'Amélie Vandenberghe' } = {}) {
  await page.goto(`${shop}/${language}/p/${slug}`)
  await press(page, '.buy-bar button')
  await page.goto(`${shop}/${language}/order`)
  for (const [id, text] of Object.entries({ name, mail, street: 'rue des Brasseurs 24', postal_code: '5000', city: 'Namur' })) await page.fill(`#${id}`, text)
  await press(page, '.order-end button')
  assert.match(page.url(), /\/thanks\//)
}
const mailTo = (address) => until(`the mail to ${address}`, async () => (await stack.mails()).find(({ to }) => to.includes(address)), 20)

test('the mails of an order fit on any phone, in each language', async () => {
  const long = 'Marie-Joséphine-Antoinette de Montmorency-Laval-Vandenbroeckhoven'
  await stack.sql("USE t1_shop; UPDATE payment SET beneficiary = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk SC', iban = 'MT84MALT011000012345MTLCAST001S'")
  for (const language of ['fr', 'nl', 'de', 'en']) {
    const page = await open(), address = `phone-${language}@example.be`
    await order(page, 'casque-ville', { language, mail: address, name: long })
    const { html } = await mailTo(address)
    assert.match(html, /MT84 MALT 0110 0001 2345 MTLC AST0 01S/)
    await page.goto('about:blank')
    for (const width of [320, 360, 375, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await page.setContent(html)
      const wide = await page.evaluate(() => [...document.querySelectorAll('html, main, main *')].filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth ||
        one.getBoundingClientRect().right > window.innerWidth).map((one) => `${one.tagName} ${one.scrollWidth} of ${one.clientWidth}: ${one.textContent.trim().slice(0, 40)}`))
      assert.deepEqual(wide, [], `${language} at ${width} px`)
    }
    if (language === 'fr') await inspect(page, 'mail-order')
    await leave(page)
  }
  await stack.cli('import', 'shop', 'payment', path.join(root, 'modules/shop/demo/laboucle/payment.csv'), '--tenant', 'laboucle')
})

test('the header holds many long categories on a desk: the languages stay beside the cart', async () => {
  for (let i = 0; i < 7; i++) await stack.sql(`USE t1_shop; INSERT INTO category (path, slug, title, products) VALUES ('Eine sehr lange Kategorie ${i}', 'long-${i}', 'Eine sehr lange Kategorie ${i}', 1)`)
  const page = await open({ javaScriptEnabled: false })
  await page.goto(`${shop}/de/`)
  for (const width of [768, 1024, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    const [langs, cart, cats, name] = await Promise.all(['.langs', '.cart-link', '.cats', '.store-name'].map((one) => page.locator(one).boundingBox()))
    const middle = ({ y, height }) => y + height / 2
    assert.ok(Math.abs(middle(langs) - middle(cart)) < 4 && Math.abs(middle(langs) - middle(name)) < 4, `one row at ${width} px`)
    assert.ok(cats.y >= langs.y + langs.height - 1, `the categories below at ${width} px`)
  }
  await stack.sql("USE t1_shop; DELETE FROM category WHERE slug LIKE 'long-%'")
  await leave(page)
})

test('a variant is chosen without JavaScript, and the language changed on the way', async () => {
  const page = await open({ javaScriptEnabled: false, viewport: { width: 375, height: 800 } })
  await page.goto(`${shop}/fr/p/casque-ville`)
  await press(page, '.choice >> nth=1')
  const size = (await page.textContent('.choice[aria-current] .choice-text')).trim()
  assert.ok((await page.locator('h1').boundingBox()).y >= 0, 'the name stays in sight')
  await page.click('.store-menu-button')
  await press(page, '.langs a[lang=de]')
  assert.equal((await page.textContent('.choice[aria-current] .choice-text')).trim(), size)
  await press(page, '.buy-bar button')
  assert.match(await page.textContent('.cart-lines'), new RegExp(size.replace(/[()]/g, '\\$&')))
  await press(page, 'a:has-text("Zur Kasse")')
  assert.match(await page.textContent('.summary'), /Casque de ville/, 'what is ordered is seen on a phone')
  assert.ok(await page.locator('.summary .lines li').first().isVisible())
  await page.fill('#name', 'Zoé')
  await page.click('.store-menu-button')
  await press(page, '.langs button[lang=nl]')
  assert.equal(await page.inputValue('#name'), 'Zoé')
  assert.match(await page.textContent('h1'), /Uw bestelling/)
  for (const name of ['Atelier Lumen', 'Boulangerie Dupré & Filles']) {
    await page.evaluate((name) => { document.querySelector('.store-name').textContent = name }, name)
    for (const width of [320, 360, 375, 390]) {
      await page.setViewportSize({ width, height: 800 })
      const wide = await page.evaluate(() => ['html', '.store-head', '.store-name'].map((one) => document.querySelector(one)).filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className))
      assert.deepEqual(wide, [], `the head with a full cart at ${width} px: ${name}`)
    }
  }
  await leave(page)
})

test('nothing covers the label of the field that has the focus at the checkout, and a refused form is said at once', async () => {
  const page = await open({ viewport: { width: 375, height: 560 } })
  await page.goto(`${shop}/fr/p/casque-ville`)
  await press(page, '.buy-bar button')
  await page.goto(`${shop}/fr/order`)
  for (const id of ['name', 'city', 'street', 'mail', 'name']) {
    await page.focus(`#${id}`)
    const label = page.locator(`label[for=${id}]`), box = await label.boundingBox()
    const over = await page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.outerHTML.slice(0, 80), { x: box.x + 4, y: box.y + box.height / 2 })
    assert.match(over ?? 'nothing', new RegExp(`^<label for="${id}"`))
  }
  await page.evaluate(() => { document.querySelector('#checkout').noValidate = true })
  await press(page, '.order-end button')
  assert.match(await page.title(), /^Erreur/)
  assert.equal(await page.evaluate(() => document.activeElement.className), 'errors')
  await leave(page)
})
