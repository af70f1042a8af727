// SPDX-License-Identifier: EUPL-1.2
// The demo exactly as `make run` leaves it, in a folder and on ports of its own: the steps of the README, in the real browser, on a desk and
// on a phone. Each page and each mail fits its width.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, until } from '../support/stack.mjs'
import { launch, leave, open as openIn, photograph, press as pressOn } from './pages.mjs'

const CUSTOMER = 'adele.lejeune@courriel.example'
let folder, demo, said = '', browser, port, mailbox, number

// Starts tools/run; false where somebody else has the port.
async function startOn (wanted) {
  said = ''
  demo = spawn(path.join(root, 'tools/run'), { detached: true, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEMO_VAR: path.join(folder, 'var'), PORT: String(wanted), MAIL_PORT: String(wanted + 1), MAILBOX_PORT: String(wanted + 2) } })
  for (const stream of [demo.stdout, demo.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text })
  await until('the demo has started', () => demo.exitCode !== null || /Ctrl-C stops everything/.test(said), 170)
  if (demo.exitCode === null) return true
  if (/is in use on this machine/.test(said)) return false
  throw new Error(said)
}

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-demo-'))
  fs.chmodSync(folder, 0o755)
  for (let tries = 0, started = false; !started; tries++) {
    assert.ok(tries < 10, said)
    port = 20000 + Math.floor(Math.random() * 10000)
    started = await startOn(port)
  }
  mailbox = said.match(/All mails +http:\/\/127\.0\.0\.1:(\d+)\//)[1]
  browser = await launch()
})
after(async () => {
  await browser?.close()
  if (demo?.exitCode === null) {
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGTERM')
    await ended
  }
  if (!process.env.KEEP) fs.rmSync(folder, { recursive: true, force: true })
})

const at = (name, url = '/') => `http://${name}.localhost:${port}${url}`

async function open (locale = 'fr-BE') {
  const page = await openIn(browser, { locale })
  if (!page.statuses) page.on('response', (response) => page.statuses.set(response.url(), response.status()))
  page.statuses = new Map()
  return page
}

// Measures sideways scrolling of the frame: a page, or a mail in the mailbox's frame.
const sideways = (frame) => frame.evaluate(() => ({ has: document.documentElement.scrollWidth, may: window.innerWidth }))

// On a desk and on a phone nothing scrolls sideways, in the page and in the mail that it shows.
async function fits (page, name) {
  for (const width of [375, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    for (const frame of page.frames()) {
      const { has, may } = await sideways(frame)
      assert.ok(has <= may, `${name}: ${frame === page.mainFrame() ? 'the page' : 'the mail'} is ${has} px wide at ${width} px, where ${may} are`)
    }
  }
  await photograph(page, `demo-${name}`, [375, 1280])
}

const shows = async (page, url, name) => {
  const response = await page.goto(url)
  assert.equal(response.status(), 200, url)
  await fits(page, name)
}

// The mail to the address whose subject is like this, opened in the mailbox, which is looked at whenever a mail has come.
async function readMail (page, address, subject, name, seconds = 30) {
  let looked
  await until(`a mail to ${address}: ${subject}`, async () => {
    const files = ['new', 'cur'].flatMap((part) => fs.readdirSync(path.join(folder, 'var/mail', part))).join()
    if (files === looked) return false
    looked = files
    await page.goto(`http://127.0.0.1:${mailbox}/`)
    return page.locator('ol li', { hasText: address }).filter({ hasText: subject }).count()
  }, seconds)
  await fits(page, `${name}-list`)
  await page.locator('ol li', { hasText: address }).filter({ hasText: subject }).locator('a').click()
  const mail = await (await page.waitForSelector('iframe')).contentFrame()
  await mail.waitForLoadState()
  await fits(page, name)
  return mail
}

async function enter (page, company, button) {
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.locator('li', { hasText: company }).locator('a', { hasText: button }).click()
  await page.waitForURL(/\.localhost:\d+\/portal\/$/)
}

const press = (page, state) => pressOn(page, `form:has(input[name=state][value=${state}]) button`)

test('the welcome page leads to the shops, the portals and the mailbox', async () => {
  const page = await open()
  for (const language of ['fr', 'nl', 'de', 'en']) await shows(page, `http://127.0.0.1:${port}/_welcome/${language}`, `welcome-${language}`)
  await page.goto(`http://127.0.0.1:${port}/`)
  assert.equal(await page.getAttribute('html', 'lang'), 'fr')
  const links = await page.locator('main a.btn').evaluateAll((all) => all.map((one) => one.href))
  assert.equal(links.length, 6)
  for (const link of links) assert.equal((await page.goto(link)).status(), 200, link)
  await leave(page)
})

test('a customer orders, is told what to pay, and reads the same in the mail', async () => {
  const page = await open()
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.locator('li', { hasText: 'La Boucle' }).locator('a').first().click()
  await page.waitForURL(at('laboucle', '/fr/'))
  await fits(page, 'shop')
  await page.locator('a', { hasText: 'Antivol en U' }).first().click()
  await page.waitForURL(/\/p\/antivol-u$/)
  await fits(page, 'product')
  await page.locator('form[action$="/cart"] button').click()
  await page.waitForURL(/\/cart$/)
  await fits(page, 'cart')
  assert.ok(await page.evaluate(() => document.querySelector('h1').getBoundingClientRect().top - document.querySelector('.notice').getBoundingClientRect().bottom) >= 16, 'what has happened stands apart from the heading')
  await page.goto(at('laboucle', '/fr/order'))
  await fits(page, 'order')
  for (const [field, value] of Object.entries({ name: 'Adèle Lejeune', mail: CUSTOMER, street: 'rue de Fer 12', postal_code: '5000', city: 'Namur' })) await page.fill(`#${field}`, value)
  await page.locator('main form button.btn-primary').click()
  await page.waitForURL(/\/thanks\//)
  assert.equal(page.statuses.get(page.url()), 200)
  const words = await page.textContent('main')
  assert.match(words, /32,40\s€/, '24,90 and 7,50 for a parcel of 1,150 g')
  const [communication] = words.match(/\+{3}\d{3}\/\d{4}\/\d{5}\+{3}/)
  await fits(page, 'thanks')

  const mail = await readMail(page, CUSTOMER, /commande \d+/, 'order-mail')
  const read = await mail.textContent('body')
  assert.match(read, /32,40\s€/)
  assert.ok(read.includes(communication))
  number = read.match(/\b1\d{3}\b/)[0]
  const [order] = await Promise.all([page.context().waitForEvent('page'), mail.locator('a[href*="/thanks/"]').click()])
  await order.waitForURL(/laboucle\.localhost:\d+\/fr\/thanks\//)
  assert.ok((await order.textContent('main')).includes(communication))
  await leave(page)
})

test('the owner enters from the welcome page, and marks the order as paid and shipped', async () => {
  const page = await open()
  await enter(page, 'La Boucle', /propriétaire/)
  assert.match(await page.textContent('h1'), /Claire Martin/)
  await page.waitForSelector('.tile .figures')
  await fits(page, 'portal')
  await shows(page, at('laboucle-portal', '/shop/orders'), 'orders')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.locator('a', { hasText: number }).first().click()
  await page.waitForURL(new RegExp(`/shop/orders/${number}$`))
  assert.match(await page.textContent('main'), /Adèle Lejeune/)
  await fits(page, 'one-order')
  await press(page, 'paid')
  await press(page, 'shipped')
  await page.waitForSelector('input[name=sure]', { state: 'attached' }) // it asks first, for the customer gets a mail
  await fits(page, 'one-order-sure')
  await press(page, 'shipped')
  await page.waitForSelector('form:has(input[name=state][value=shipped])', { state: 'detached' })
  await fits(page, 'one-order-shipped')
  await leave(page)
})

test('the companies have a past: orders in every state, people with roles, an upgrade that waits, a job that failed', async () => {
  const page = await open()
  await enter(page, 'La Boucle', /propriétaire/)
  for (const [state, least] of [['placed', 3], ['paid', 3], ['shipped', 15], ['cancelled', 2]]) {
    await page.goto(at('laboucle-portal', `/shop/orders?state=${state}`))
    assert.ok(await page.locator('tbody tr').count() >= least, state)
  }
  await shows(page, at('laboucle-portal', '/portal/members'), 'members')
  const members = await page.textContent('main')
  for (const name of ['Claire Martin', 'Élise Lambert', 'Mehdi Haddad', 'Jeanne Dubois', 'Comptabilité']) assert.ok(members.includes(name), name)
  await shows(page, at('laboucle-portal', '/portal/jobs'), 'jobs')
  assert.match(await page.textContent('main'), /La cause est technique/)
  await shows(page, at('laboucle-portal', '/portal/modules/testimonials'), 'module')
  assert.match(await page.textContent('main'), /EUPL-1\.2/)
  await page.locator('section:has(#upgrade) button.btn-primary').click()
  await until('the upgrade is done', async () => {
    await page.goto(at('laboucle-portal', '/portal/modules/testimonials'))
    return await page.locator('#back').count() === 1 && await page.locator('#upgrade').count() === 0
  }, 30)
  for (const [name, url] of [['modules', '/portal/modules'], ['products', '/shop/products'], ['settings', '/shop/settings'], ['mails', '/portal/mails'], ['audit', '/portal/audit'], ['statements', '/portal/statements']]) {
    await shows(page, at('laboucle-portal', url), name)
  }
  await page.goto(at('laboucle-portal', '/portal/mails'))
  const hours = await page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.textContent.match(/(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d)/)).map(([, day, month, year, hour]) => `${year}-${month}-${day} ${hour}`))
  assert.deepEqual(hours, hours.toSorted().reverse(), 'the newest mail first')
  await leave(page)
})

test('the other company speaks Dutch, and the cooperative sees both', async () => {
  const page = await open('nl-BE')
  await shows(page, at('lumen', '/'), 'lumen')
  assert.match(page.url(), /\/nl\/$/)
  await enter(page, 'Atelier Lumen', /eigenaar/)
  assert.match(await page.textContent('h1'), /Joris De Backer/)
  await shows(page, at('lumen-portal', '/shop/orders'), 'lumen-orders')
  await enter(page, 'La Scop', /operator/)
  await shows(page, at('scop-portal', '/portal/tenants'), 'tenants')
  const tenants = await page.textContent('main')
  for (const name of ['La Boucle', 'Atelier Lumen']) assert.ok(tenants.includes(name), name)
  await leave(page)
})

test('the customer gets a mail that the order is on its way, after the minute in which that can be undone', async () => {
  const page = await open(), mail = await readMail(page, CUSTOMER, /en route/, 'shipped-mail', 120)
  assert.ok((await mail.textContent('body')).includes(number))
  await leave(page)
})
