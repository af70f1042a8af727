// SPDX-License-Identifier: EUPL-1.2
// All parts of pages, in the real browser: looked at by axe in both themes and four languages, and used: a dialog, an
// upload with its progress, a tile that does not answer, tabs, an order followed while it is carried out, and all of it without JavaScript.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'
import { inspect, launch, leave, open, press } from './pages.mjs'

let stack, packages, browser, portal

before(async () => {
  packages = new Packages('portal', 'shop', 'guestbook', 'gallery')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--operator')
  for (const module of ['shop', 'gallery']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  portal = `http://acme-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop(); packages?.removeAll() })

async function signedIn (options) {
  const page = await open(browser, options), [name, value] = (await stack.signIn('acme')).split('=')
  await page.context().addCookies([{ name, value, url: portal }])
  return page
}

test('the gallery is sound in four languages, both themes, on a desk and on a phone', async () => {
  const page = await signedIn()
  for (const language of ['fr', 'nl', 'de', 'en']) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    await page.goto(`${portal}/gallery/`)
    assert.equal(await page.getAttribute('html', 'lang'), language)
    await inspect(page, `gallery-${language}`, { everything: true, colours: language === 'fr' })
  }
  await stack.sql("UPDATE t1.member SET language = 'fr'")
  await leave(page)
})

test('a tile fills itself, and one that does not answer says so; a form shows its mistakes beside its fields', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/gallery/`)
  await page.waitForSelector('.tile:has(#t-one) .figures')
  await page.waitForSelector('.tile:has(#t-two) .tile-broken:visible')
  await page.evaluate(() => { document.querySelector('form[action="/gallery/"][method=post]').noValidate = true })
  await page.fill('#amount', 'viel')
  await press(page, 'form[action="/gallery/"][method=post] button')
  for (const field of ['amount', 'day']) {
    assert.equal(await page.getAttribute(`#${field}`, 'aria-invalid'), 'true')
    assert.ok((await page.textContent(`#${await page.getAttribute(`#${field}`, 'aria-describedby')} .error`)).length > 5, field)
  }
  assert.equal(await page.inputValue('#amount'), 'viel', 'what was typed stays')
  await inspect(page, 'gallery-errors')
  await page.fill('#amount', '1.234,50')
  await page.fill('#day', '2026-11-22')
  await press(page, 'form[action="/gallery/"][method=post] button')
  assert.match(await page.textContent('.notice-ok'), /2026/)
  await page.setInputFiles('#file', { name: 'liste.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b') })
  await page.click('form[action="/gallery/send"] button')
  await page.waitForSelector('.notice-ok >> text=liste.csv')
  await leave(page)
})

test('the public frame and the pages of errors are sound, in both themes, on a desk and on a phone', async () => {
  const page = await signedIn(), site = `http://acme.localhost:${stack.port}`
  for (const [name, url] of [['storefront', `${site}/fr/gallery/store`], ['error-site', `${site}/fr/gallery/nothing`], ['error-portal', `${portal}/gallery/nothing`]]) {
    await page.goto(url)
    await inspect(page, name)
  }
  await leave(page)
})

test('a dialog opens, takes the focus, and closes by Escape', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/gallery/`)
  await page.click('[data-dialog]')
  assert.equal(await page.locator('dialog[open]').count(), 1)
  await inspect(page, 'dialog')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('dialog[open]').count(), 0)
  assert.match(await page.evaluate(() => document.activeElement.outerHTML), /data-dialog/, 'the focus goes back')
  await leave(page)
})

test('without JavaScript a dialog stands in the page', async () => {
  const page = await signedIn({ javaScriptEnabled: false })
  await page.goto(`${portal}/gallery/`)
  assert.equal(await page.locator('#gallery-dialog').isVisible(), false)
  await page.click('[data-dialog]')
  assert.equal(await page.locator('#gallery-dialog').isVisible(), true)
  assert.equal(await page.locator('#gallery-dialog [method=dialog]').isVisible(), false, 'a button that could do nothing')
  await leave(page)
})

for (const javaScriptEnabled of [true, false]) {
  test(`a file of articles is uploaded, checked and imported ${javaScriptEnabled ? 'while the page follows' : 'without JavaScript'}`, async () => {
    const page = await signedIn({ javaScriptEnabled })
    const sku = javaScriptEnabled ? 'JS' : 'NO'
    const shows = async (words, state, selector) => {
      if (!javaScriptEnabled) {
        await until(words, async () => await stack.sql('SELECT state FROM t1_shop.import_run ORDER BY id DESC LIMIT 1') === state, 60)
        await page.reload()
      }
      await page.waitForSelector(selector, { state: 'attached', timeout: 60000 })
    }
    await page.goto(`${portal}/shop/products/import`)
    const file = path.join(stack.folder, `${sku}.csv`)
    fs.writeFileSync(file, 'name,price,sku\n' + Array.from({ length: 3000 }, (_, i) => `Article ${sku} ${i},${i}.50,${sku}-${i}`).join('\n'))
    await page.setInputFiles('#file', file)
    await page.click('main form[enctype] button')
    await page.waitForURL(/\/products\/import\/\d+$/)
    await page.waitForSelector('select[name=price]')
    if (javaScriptEnabled) await inspect(page, 'import-columns')
    await press(page, 'form:has(select[name=price]) button')
    await shows('it is checked', 'checked', 'form[action$="/start"] button')
    if (javaScriptEnabled) await inspect(page, 'import-checked')
    assert.match(await page.textContent('#progress'), /3.?000/)
    await press(page, 'form[action$="/start"] button')
    await shows('it is imported', 'done', 'text=Voir les articles')
    assert.equal(await stack.sql(`SELECT COUNT(*) FROM t1_shop.variant WHERE sku LIKE '${sku}-%'`), '3000')
    await leave(page)
  })
}

test('what is no amount and no day is refused whatever sends it, and comes back as it was typed', async () => {
  const page = await signedIn(), headers = { Cookie: (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ') }
  const host = 'acme-portal.localhost', send = async (form) => stack.request(host, '/gallery/', { headers, form: { _key: await stack.key(host, '/gallery/', headers, '/gallery/'), ...form } })
  const amounts = ['', 'douze', '-1', '-0,01', '1e3', '0x1f', '1,2,3', '1.23.4', '12,5.5', ',', '€', '12,50 3', '12,5 00', '12 50', '1 234,567', '1.234,567', '١٢', '9'.repeat(40), "12' OR 1", '12<b>']
  const days = ['', 'hier', '2026-02-30', '2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '30/02/2026', '02026-01-01', '2026-01-01T00:00', '0000-00-00', '<b>']
  const wrong = [], escaped = (text) => text.replace(/[&<>"']/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter])
  for (const [field, values, other] of [['amount', amounts, { day: '2026-11-22' }], ['day', days, { amount: '1,00' }]]) {
    for (const value of values) {
      const { status, body } = await send({ [field]: value, ...other }), [kept] = Object.values(other)
      const input = body.match(new RegExp(`<input [^>]*name="${field}"[^>]*>`))?.[0] ?? ''
      if (status !== 422 || !body.includes(`<a href="#${field}">`)) wrong.push(`${field} '${value}': ${status}`)
      else if (!input.includes(`value="${escaped(value)}"`) || !input.includes('aria-invalid="true"') || !body.includes(`value="${kept}"`)) wrong.push(`${field} '${value}' comes back as ${input}`)
    }
  }
  assert.deepEqual(wrong, [])
  for (const amount of ['0', '12', '12,5', '12.50', '1.234,50', '1,234.50', '1 234,50 €', '1\u202f234,50\u00a0€']) assert.equal((await send({ amount, day: '2028-02-29' })).status, 200, amount)
  await leave(page)
})

test('an upload shows how much of it has been sent, while it is sent', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/shop/products/import`)
  const file = path.join(stack.folder, 'slow.csv'), bar = page.locator('main progress')
  fs.writeFileSync(file, 'name,price,sku\n' + Array.from({ length: 20000 }, (_, i) => `Article ${i},1.50,SLOW-${i}`).join('\n'))
  await page.setInputFiles('#file', file)
  assert.equal(await bar.isVisible(), false, 'before there is something to show')
  const line = await page.context().newCDPSession(page)
  await line.send('Network.enable')
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: fs.statSync(file).size / 4 })
  await page.click('main form[enctype] button')
  const shares = new Set()
  await until('it has been sent', async () => {
    const share = await page.evaluate(() => {
      const one = document.querySelector('main progress'), box = one?.getBoundingClientRect()
      return one?.checkVisibility() && box.width > 100 && box.height > 2 && box.bottom <= innerHeight ? one.position : null
    })
    if (share > 0 && share < 1) shares.add(share)
    return /\/import\/\d+$/.test(page.url())
  }, 30)
  assert.ok(shares.size > 2, `seen at ${[...shares]}`)
  assert.deepEqual([...shares], [...shares].sort((one, other) => one - other), 'it grows')
  await line.detach() // ends the slow network
  await leave(page)
})

test('an order\'s steps are followed by the page itself, for an operator too', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/portal/tenants`)
  await inspect(page, 'tenants')
  await page.click('main table a')
  await page.waitForURL(/\/tenants\/1$/)
  await page.click("tr:has-text(\"Livre d'or\") button")
  await until('the page says so by itself', () => page.locator("tr:has-text(\"Livre d'or\") >> text=Activé").count(), 20)
  await inspect(page, 'tenant')
  await leave(page)
})

test('a tile whose module is gone says so, and the others stay', async () => {
  const page = await signedIn()
  await page.route('**/shop/tile', (route) => route.fulfill({ status: 503, body: '' }))
  await page.goto(`${portal}/portal/`)
  await page.waitForSelector('.tile-broken:visible')
  await page.waitForSelector('text=Rien à traiter')
  await leave(page)
})

test('each type of field is drawn with its keyboard, taken as people write it, and shown again', async () => {
  const page = await signedIn(), form = 'form[action="/gallery/"][method=post]'
  await page.goto(`${portal}/gallery/`)
  const drawn = { weight: ['inputmode', 'decimal'], opens: ['type', 'time'], starts: ['type', 'datetime-local'], phone: ['type', 'tel'], page_address: ['inputmode', 'url'], land: ['autocomplete', 'country'] }
  for (const [field, [name, value]] of Object.entries(drawn)) assert.equal(await page.getAttribute(`#${field}`, name), value, field)
  assert.equal(await page.locator('#land option').count(), 250)
  assert.deepEqual((await page.locator('#land option').allTextContents()).slice(1, 3), ['Afghanistan', 'Afrique du Sud'])
  assert.equal(await page.inputValue('#kind'), 'two')
  const typed = { amount: '1', day: '2026-11-22', weight: '1,25', balance: '-3', opens: '08:15', starts: '2026-11-22T14:30', phone: '0470 12 34 56', page_address: 'Example.org/a', account: 'be68539007547034', vat: '0202.239.951' }
  for (const [field, value] of Object.entries(typed)) await page.fill(`#${field}`, value)
  await page.selectOption('#land', 'DE')
  await press(page, `${form} button`)
  const saved = (await page.textContent('.notice-ok')).replace(/[\u00a0\u202f]/g, ' ')
  for (const part of ['1,250', '-3,00 €', '08:15', '22/11/2026 14:30', 'Allemagne', '+32470123456', 'https://example.org/a', 'BE68 5390 0754 7034', 'BE0202239951']) assert.ok(saved.includes(part), `${part} in ${saved}`)
  assert.equal(await page.inputValue('#land'), 'DE')
  assert.equal(await page.inputValue('#starts'), '2026-11-22T14:30')

  await page.fill('#starts', '2026-10-25T02:30') // comes twice
  await page.fill('#account', 'BE68 5390 0754 7035')
  await press(page, `${form} button`)
  assert.match(await page.textContent('#starts-below .error'), /deux fois 02:30/)
  assert.match(await page.textContent('#account-below .error'), /chiffres de contrôle/)
  await inspect(page, 'gallery-fields')
  await page.check('input[name="starts.which"][value=second]')
  await page.fill('#account', 'BE68 5390 0754 7034')
  await press(page, `${form} button`)
  assert.match(await page.textContent('.notice-ok'), /25\/10\/2026 02:30/)
  await leave(page)
})

test('several files of one field are taken, and more than it takes are refused', async () => {
  const page = await signedIn({ javaScriptEnabled: false }), file = (name) => ({ name, mimeType: 'text/csv', buffer: Buffer.from('a,b') })
  await page.goto(`${portal}/gallery/`)
  await page.setInputFiles('#file', file('one.csv'))
  await page.setInputFiles('#more', [file('two.csv'), file('three.csv')])
  await press(page, 'form[action="/gallery/send"] button')
  assert.match(await page.textContent('.notice-ok'), /one\.csv three\.csv/)
  await page.setInputFiles('#file', file('one.csv'))
  await page.setInputFiles('#more', ['a.csv', 'b.csv', 'c.csv'].map(file))
  await press(page, 'form[action="/gallery/send"] button')
  assert.match(await page.textContent('#more-below .error'), /2/)
  await leave(page)
})

// Colours are asked about once for each kind of text: a kind that is new in one theme only, or by what lies behind it alone, is one more.
test('a text that is hard to read is found in each theme, also after pages with sound texts of the same elements', async () => {
  const page = await open(browser)
  const look = async (style) => {
    await page.setContent(`<!doctype html><html lang="en"><head><title>Texts</title><meta name="viewport" content="width=device-width"><style>body { background: #fff; color: #222; font: 16px sans-serif }
      @media (prefers-color-scheme: dark) { body { background: #111; color: #eee } } ${style}</style></head><body><main><h1>Texts</h1><p>sound</p><p class="other">other words than those, <a href="/">linked</a></p></main></body></html>`)
    return inspect(page, 'texts').then(() => 'sound', ({ message }) => [...message.matchAll(/texts, (\w+): ([\w-]+): (<\w+)/g)].map((found) => found.slice(1).join(' ')).join(', '))
  }
  assert.equal(await look('a { color: inherit }'), 'sound')
  assert.equal(await look('a { color: inherit } .other { color: #ddd }'), 'light color-contrast <p')
  assert.equal(await look('a { color: inherit } @media (prefers-color-scheme: dark) { .other { color: #333 } }'), 'dark color-contrast <p')
  assert.match(await look('a { color: inherit } @media (prefers-color-scheme: light) { main { background: #555 } }'), /^light color-contrast <h1/)
  assert.match(await look('a { color: inherit } p { opacity: .4 }'), /light color-contrast <p/)
  assert.match(await look('a { text-decoration: none; color: #333 } @media (prefers-color-scheme: dark) { a { color: #ddd } }'), /light link-in-text-block <a/)
  assert.equal(await look('a { color: inherit }'), 'sound')
  await leave(page)
})
