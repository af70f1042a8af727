// SPDX-License-Identifier: EUPL-1.2
// A form with lines, in the real browser: rows are added, removed and moved with and without JavaScript, on a phone too, mistakes lead to
// their row, and what is refused saves nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start } from '../support/stack.mjs'
import { exchange, follow, inspect, launch, leave, open, press } from './pages.mjs'

let stack, packages, browser, url

before(async () => {
  packages = new Packages('portal', 'invoice')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'invoice', '--tenant', 'acme')
  url = `http://acme.localhost:${stack.port}/fr/invoice/`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop(); packages?.removeAll() })

const saved = () => stack.sql('SELECT GROUP_CONCAT(what, \' \', pieces, \' \', price_cents, \' \', rate ORDER BY place SEPARATOR \', \') FROM t1_invoice.invoice_line')
const field = (line, name) => `[name="lines.${line}.${name}"]`
const articles = (page) => page.locator('[name$=".what"]').evaluateAll((inputs) => inputs.map((input) => input.value))

async function fill (page, line, what, pieces, price) {
  await page.fill(field(line, 'what'), what)
  await page.fill(field(line, 'pieces'), pieces)
  await page.fill(field(line, 'price'), price)
}

for (const javaScriptEnabled of [false, true]) {
  test(`rows are added, moved and removed on a phone ${javaScriptEnabled ? 'without a reload' : 'without JavaScript'}, and saved together`, async () => {
    await stack.sql('DELETE FROM t1_invoice.invoice_line; DELETE FROM t1_invoice.invoice')
    const page = await open(browser, { javaScriptEnabled, viewport: { width: 375, height: 800 } })
    await page.goto(url)
    if (javaScriptEnabled) await page.evaluate(() => { window.same = true })
    const button = async (value, left) => {
      const selector = `button[value="${value}"]`
      await (javaScriptEnabled ? exchange(page, '.lines', () => page.click(selector)) : press(page, selector))
      assert.equal(await page.locator('.line').count(), left)
      if (javaScriptEnabled) assert.ok(await page.evaluate(() => document.activeElement.closest('.lines')), 'the focus is in the lines')
    }
    assert.deepEqual(await articles(page), [''])
    await page.fill('#customer', 'Zoé')
    await fill(page, 0, 'bike', '1', '1200')
    await button('lines.add', 2)
    assert.deepEqual(await articles(page), ['bike', ''])
    assert.equal(await page.inputValue('#customer'), 'Zoé', 'what was typed stays')
    assert.equal(await page.evaluate(() => document.activeElement.name), 'lines.1.what', 'the new row has the focus')
    await fill(page, 1, 'bell', '2,5', '-3,50')
    await page.selectOption(field(1, 'rate'), 'reduced')
    await button('lines.add', 3)
    await fill(page, 2, 'lock', '1', '20')
    await page.click(field(2, 'what'))
    await button('lines.1.up', 3)
    assert.deepEqual(await articles(page), ['bell', 'bike', 'lock'])
    assert.equal(await page.inputValue(field(0, 'rate')), 'reduced', 'the choice moves with its row')
    await button('lines.2.remove', 2)
    assert.deepEqual(await articles(page), ['bell', 'bike'])
    assert.equal(await saved(), 'NULL', 'nothing is saved by these buttons')
    assert.equal(await page.locator('.errors').count(), 0, 'and nothing checked')
    if (javaScriptEnabled) assert.equal(await page.evaluate(() => window.same), true, 'the page is the same one')

    await page.fill(field(1, 'price'), 'viel') // a mistake: its row and field say so
    await press(page, '.btn-primary')
    assert.equal(await page.getAttribute(field(1, 'price'), 'aria-invalid'), 'true')
    assert.match(await page.textContent('.errors a[href="#lines.1.price"]'), /Ligne 2, Prix : |Ligne 2, Prix: /)
    await page.fill(field(1, 'price'), '1200') // one that only the handler knows
    await press(page, '.btn-primary')
    assert.match(await page.textContent('[id="lines.1.price-below"] .error'), /1.000,00/)
    await page.fill(field(1, 'price'), '5') // one that belongs to no field
    await press(page, '.btn-primary')
    assert.match(await page.textContent('.errors li'), /-3,75/)
    assert.equal(await page.locator('.errors li a').count(), 0)
    assert.equal(await saved(), 'NULL', 'what is refused saves nothing')

    await page.fill(field(1, 'price'), '500')
    if (!javaScriptEnabled) await page.focus(field(1, 'price'))
    await follow(page, () => page.press(field(1, 'price'), 'Enter')) // saves, and moves no row
    assert.equal(await saved(), 'bell 2.500 -350 reduced, bike 1.000 50000 normal')
    assert.deepEqual(await articles(page), ['bell', 'bike'], 'and is drawn from what was saved')
    assert.equal(await page.inputValue(field(0, 'rate')), 'reduced')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
    await leave(page)
  })
}

test('a form with lines is sound in both themes, on a desk and on a phone', async () => {
  const page = await open(browser)
  await page.goto(url)
  await inspect(page, 'lines')
  await leave(page)
})

test('no row is added beyond the field\'s, and an empty one does not count', async () => {
  await stack.sql('DELETE FROM t1_invoice.invoice_line; DELETE FROM t1_invoice.invoice')
  const page = await open(browser, { javaScriptEnabled: false })
  await page.goto(url)
  await page.fill('#customer', 'Zoé') // the browser sends no form without it
  await fill(page, 0, 'bell', '2,5', '350')
  while (await page.locator('.line').count() < 4) await press(page, 'button[value="lines.add"]')
  await press(page, 'button[value="lines.add"]')
  assert.equal(await page.locator('.line').count(), 4)
  assert.match(await page.textContent('.lines .error'), /4/)
  await press(page, '.btn-primary')
  assert.equal(await saved(), 'bell 2.500 35000 normal')
  await leave(page)
})

test('a program sends lines as JSON, and is told what is wrong by row and field', async () => {
  const host = 'acme.localhost', key = await stack.key(host, '/fr/invoice/')
  const send = (body) => stack.request(host, '/fr/invoice/', { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify({ _key: key, customer: 'Zoe', ...body }) })
  const wrong = await send({ lines: [{ what: 'a', pieces: 1.5, price: { cents: 100, currency: 'EUR' }, rate: 'normal' }, { what: 'b', pieces: 0, price: '1', rate: 'none' }] })
  assert.equal(wrong.status, 422)
  assert.deepEqual(JSON.parse(wrong.body).errors.map((error) => error.field), ['lines.1.pieces', 'lines.1.rate'])
  const refused = await send({ lines: [{ what: 'a', pieces: 1, price: -1, rate: 'normal' }] })
  assert.deepEqual(JSON.parse(refused.body).errors.map((error) => error.field), [null])
  const done = await send({ lines: [{ what: 'a', pieces: 1.25, price: { cents: 100, currency: 'EUR' }, rate: 'normal' }] })
  assert.ok(done.status < 400, done.body)
  assert.equal(await saved(), 'a 1.250 100 normal')
})
