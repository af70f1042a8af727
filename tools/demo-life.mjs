#!/usr/bin/env node
// SPDX-License-Identifier: EUPL-1.2
// Gives the demo's companies a past: people, delivery prices, two weeks of orders in every state, messages. All of it is done as people do it,
// through the pages of the running demo, so that stock, VAT and mails are right; then the hours of what was done are moved back by SQL.
// modules/shop/demo/<tenant>/life.json lists the actions. Needs $VAR, $PORT, and `development = yes`.
import { execFile } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'

const { VAR, PORT } = process.env
const root = path.resolve(import.meta.dirname, '..')
const HOUR = 3600e3, DAY = 24 * HOUR, now = Date.now()
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const stamp = (time) => `'${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}'`

async function sql (text) {
  const socket = fs.readFileSync(path.join(VAR, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1]
  const { stdout } = await promisify(execFile)('mariadb', ['--no-defaults', '--default-character-set=utf8mb4', `--socket=${socket}`, '-u', 'scopiton', '-N', '-B', '-e', text],
    { env: { ...process.env, MYSQL_PWD: fs.readFileSync(path.join(VAR, 'secrets/.db'), 'utf8').trim() } })
  return stdout.trim().split('\n').filter(Boolean).map((line) => line.split('\t'))
}

// ---- a person at a browser ----

let people = 0

const decode = (text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

// Each has an address of this machine's own, for nginx limits how many forms one address sends.
class Person {
  constructor (host, language) {
    people++
    Object.assign(this, { host, language, from: `127.1.${people >> 8}.${people & 255}`, cookies: new Map() })
  }

  send (method, url, body) {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: PORT, localAddress: this.from, method, path: url, headers: {
        Host: this.host, 'Accept-Language': this.language, Cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }) } }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => { text += part }).on('error', reject).on('end', () => {
          for (const cookie of response.headers['set-cookie'] ?? []) this.cookies.set(...cookie.split(';')[0].split(/=(.*)/s).slice(0, 2))
          resolve({ status: response.statusCode, location: response.headers.location, text })
        })
      })
      request.on('error', reject).end(body)
    })
  }

  // The hidden fields of the form on `page` that goes to `action`, with what is filled in; fails where the form is not accepted.
  async fill (page, action, values) {
    const { status, text } = await this.send('GET', page)
    const form = text.match(/<form [^]*?<\/form>/g)?.find((one) => one.slice(0, one.indexOf('>')).includes(`action="${action}"`) && one.includes('name="_key"'))
    if (!form) throw new Error(`${this.host}${page} (${status}) has no form that goes to ${action}`)
    const fields = new URLSearchParams()
    for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) fields.append(name, decode(value))
    for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) fields.append(name, one)
    const answer = await this.send('POST', action, fields.toString())
    if (answer.status < 400) return answer.location
    const words = answer.text.match(/class="errors"[^]*?<\/div>/)?.[0].replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    throw new Error(`${this.host}${action} answered ${answer.status}: ${words ?? ''}`)
  }
}

// ---- mails ----

const inbox = path.join(VAR, 'mail/new')

// The link with `word` in a mail to the address; mails are quoted-printable.
async function linkTo (address, word) {
  for (const end = Date.now() + 20000; Date.now() < end; await sleep(50)) {
    for (const name of fs.existsSync(inbox) ? fs.readdirSync(inbox) : []) {
      const mail = fs.readFileSync(path.join(inbox, name), 'latin1').replace(/=\r?\n/g, '').replaceAll('=3D', '=')
      const link = mail.includes(address) && mail.match(new RegExp(`http://[^"<>\\s]+${word}[\\w-]+`))?.[0]
      if (link) return new URL(link)
    }
  }
  throw new Error(`no mail to ${address}`)
}

async function allSent () {
  for (const end = Date.now() + 20000; Date.now() < end; await sleep(100)) {
    if ((await sql("SELECT (SELECT COUNT(*) FROM queue.mail WHERE state = 'waiting') + (SELECT COUNT(*) FROM queue.outbox)"))[0][0] === '0') return
  }
  throw new Error('the mails of the demo are not sent')
}

// ---- what happens at one company ----

// Accepts the invitation, with a password that nobody needs to know: the demo signs in differently.
async function join (host, language, mail) {
  const { pathname } = await linkTo(mail, '/portal/invitation/'), person = new Person(host, language)
  await person.fill(pathname, pathname, { password: crypto.randomBytes(18).toString('base64url') })
  return person
}

async function staff (company) {
  const { portal, language, life } = company
  const owner = await join(portal, language, life.owner.mail), roles = new Map([['merchant', 'merchant'], ['owner', 'owner']])
  for (const { title, may } of life.roles ?? []) {
    const page = await owner.fill('/portal/roles', '/portal/roles', { title })
    roles.set(title, page.split('/').pop())
    await owner.fill(page, page, Object.fromEntries(may.map((name) => [`may.${name}`, '1'])))
  }
  for (const { name, mail, role } of life.members) await owner.fill('/portal/members', '/portal/members', { name, mail, role: roles.get(role) })
  const joined = []
  for (const { mail, invited } of life.members) if (!invited) joined.push(await join(portal, language, mail))
  return { owner, merchant: joined[0] }
}

async function delivery ({ tenant, owner, life }) {
  const page = '/shop/settings', [[beneficiary, iban, bic]] = await sql(`SELECT beneficiary, iban, bic FROM t${tenant}_shop.payment`)
  const same = { beneficiary, iban, bic, country: 'BE', scheme: 'national', free_from: life.free_from, mail: life.mail }
  for (const [to, weight, price] of life.delivery) await owner.fill(page, page, { ...same, to, weight, 'price.new': price })
  // Customers of the past are written to at once: nobody waits here to see whether something is undone.
  await owner.fill('/portal/modules/shop/settings', '/portal/modules/shop/settings', { 'set.tell_shop': '1', 'set.few': '3', 'set.undo_minutes': '0' })
}

const timeOf = (ago) => ago.endsWith('h') ? now - parseInt(ago) * HOUR : new Date(now - parseInt(ago) * DAY).setUTCHours(...ago.split(' ')[1].split(':').map(Number), 0, 0)

async function order (company, { by, items, at }) {
  const { host, language, life, variants } = company
  const [name, mail, street, postal_code, city, country] = life.customers[by], customer = new Person(host, language)
  for (const [sku, count] of Object.entries(items)) {
    const { slug, id } = variants.get(sku)
    await customer.fill(`/${language}/p/${slug}`, `/${language}/p/${slug}/cart`, { variant: id, count })
  }
  const thanks = await customer.fill(`/${language}/order`, `/${language}/order`, { name, mail, street, postal_code, city, country })
  return { token: thanks.split('/').pop(), at }
}

async function orders (company) {
  const { tenant, life } = company
  company.variants = new Map((await sql(`SELECT v.sku, p.slug, v.id FROM t${tenant}_shop.variant v JOIN t${tenant}_shop.product p ON p.id = v.product`)).map(([sku, slug, id]) => [sku, { slug, id }]))
  company.orders = life.orders.map((one) => ({ ...one, at: timeOf(one.ago) })).sort((one, other) => one.at - other.at)
  for (const one of company.orders) Object.assign(one, await order(company, one))
  const ids = new Map(await sql(`SELECT token, id FROM t${tenant}_shop.shop_order`))
  for (const one of company.orders) one.id = ids.get(one.token)
}

// Cancelled first, then paid, then shipped, for the audit trail shows what was done in this order.
async function states ({ merchant, orders }) {
  for (const [to, from] of [['cancelled', ['cancelled']], ['paid', ['paid', 'shipped']], ['shipped', ['shipped']]]) {
    const chosen = orders.filter(({ state }) => from.includes(state)).map(({ id }) => id)
    if (chosen.length) await merchant.fill('/shop/orders', '/shop/orders', { to, order: chosen, sure: '1' })
  }
}

async function messages ({ host, language, life }) {
  for (const [name, message] of life.guestbook ?? []) await new Person(host, language).fill(`/${language}/guestbook/`, `/${language}/guestbook/`, { name, message })
}

// ---- the hours of all that ----

const laterThan = (at, hours) => Math.min(at + hours * HOUR, now - HOUR / 2)

function movedBack ({ tenant, life, orders, lastOrderMail }) {
  const shop = `t${tenant}_shop`, mailOf = (id) => `role = '${shop}' AND subject LIKE '%${id}%'`
  const lines = [`UPDATE t${tenant}.member SET created = created - INTERVAL 90 DAY`,
    `UPDATE t${tenant}.audit SET at = at - INTERVAL IF(what LIKE '%settings%', 456, 480) HOUR WHERE role LIKE '%\\_portal'`,
    `UPDATE t${tenant}.audit SET at = at - INTERVAL CASE WHEN what LIKE '%paid%' THEN 26 WHEN what LIKE '%shipped%' THEN 20 WHEN what LIKE '%ancelled%' THEN 96 ELSE 456 END HOUR WHERE role = '${shop}'`,
    `UPDATE queue.mail SET created = created - INTERVAL 20 DAY, run_at = run_at - INTERVAL 20 DAY, ended = ended - INTERVAL 20 DAY WHERE role = 't${tenant}_portal'`,
    // a job that failed one night because of the database; retrying it is enough
    ...(life.failed ? [`INSERT INTO queue.dead (id, role, is_event, name, once, body, created, died, tries, error) SELECT COALESCE(MIN(id), 1000) - 1, '${shop}', 0, '${life.failed.job}', 'schedule', '{}', ${stamp(now - 2 * DAY)}, ${stamp(now - 20 * HOUR)}, 10, '${life.failed.error.replaceAll("'", "''")}' FROM queue.outbox`] : [])]
  // from now on a change can be undone for a minute, and who tries the demo sees the mail soon
  if (orders) lines.push(`UPDATE t${tenant}.setting SET value = '1' WHERE module = 'shop' AND name = 'undo_minutes'`)
  for (const { id, at, state } of orders ?? []) {
    const paid = laterThan(at, 20), ended = state === 'cancelled' ? laterThan(at, 30) : laterThan(at, 44)
    lines.push(`UPDATE ${shop}.shop_order SET created = ${stamp(at)} WHERE id = ${id}`,
      `UPDATE ${shop}.order_change SET at = IF(state = 'paid', ${stamp(paid)}, ${stamp(ended)}) WHERE shop_order = ${id}`,
      `UPDATE queue.mail SET created = IF(id <= ${lastOrderMail}, ${stamp(at)}, ${stamp(ended)}), run_at = created, ended = created WHERE ${mailOf(id)}`)
  }
  for (const [name, , days] of life.guestbook ?? []) lines.push(`UPDATE t${tenant}_guestbook.entry SET created = ${stamp(now - days * DAY + 5 * HOUR)} WHERE name = '${name.replaceAll("'", "''")}'`)
  return lines.join(';\n')
}

async function company (name) {
  const [[tenant, language]] = await sql(`SELECT id, language FROM scopiton.tenant WHERE name = '${name}'`)
  const life = JSON.parse(fs.readFileSync(path.join(root, `modules/shop/demo/${name}/life.json`), 'utf8'))
  return { tenant, language, life, host: `${name}.localhost`, portal: `${name}-portal.localhost` }
}

const companies = await Promise.all(['laboucle', 'lumen', 'scop'].map(company)), shops = companies.filter(({ life }) => life.orders)
await Promise.all(companies.map(async (one) => Object.assign(one, await staff(one))))
await Promise.all(shops.map(async (one) => { await delivery(one); await orders(one); await messages(one) }))
await allSent()
const [[lastOrderMail]] = await sql('SELECT COALESCE(MAX(id), 0) FROM queue.mail')
await Promise.all(shops.map(states))
await allSent()
await sql(companies.map((one) => movedBack({ ...one, lastOrderMail })).join(';\n'))
// The portal lists mails by their number, the newest first, so each gets the number that its hour gives it.
await sql('UPDATE queue.mail SET id = id + 1000000 ORDER BY id DESC; SET @number = 0; UPDATE queue.mail SET id = (@number := @number + 1) ORDER BY created, id; ALTER TABLE queue.mail AUTO_INCREMENT = 1')
// The past's mails count as read: the mailbox starts empty, and the portals show those mails with their times.
for (const name of fs.readdirSync(inbox)) fs.rmSync(path.join(inbox, name))
