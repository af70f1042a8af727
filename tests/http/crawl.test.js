// SPDX-License-Identifier: EUPL-1.2
// All pages that links lead to, in each language: small, translated, whole, with nothing from elsewhere, and no link into nothing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { MODULES, routes as declared } from '../support/routes.mjs'
import { root, start, until } from '../support/stack.mjs'

const LANGUAGES = ['fr', 'nl', 'de', 'en']
const SITE = 'laboucle.localhost', PORTAL = 'laboucle-portal.localhost'
const PAGE_MAX = 30000, ASSETS_MAX = 150000, EACH = 6, PAGES_MAX = 400, TEXT_MIN = 12
const MAIL_LANGUAGE = 'fr' // of the order's confirmation: a mail is shown as it was sent
const NEVER = /\/(sign-out|leave)$/ // what ends the session that looks
// Pages that nothing leads to here, each with the reason; one that something does lead to has no place in the list.
const UNREACHED = { '/portal/modules/{module}/install': 'all modules are installed', '/portal/modules/{module}/back': 'no module has a previous version',
  '/portal/tenants/{tenant}/{module}/back': 'no module has a previous version', '/shop/products/import/{run}/errors': 'no row has an error',
  '/portal/as/{role}': 'a page for development' }
let stack, customer, owner, thanks, ways = []

// ---- a minimal browser ----

const decode = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|nbsp));/gi, (_, dec, hex, name) =>
  name ? { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }[name.toLowerCase()] : String.fromCodePoint(dec ? Number(dec) : parseInt(hex, 16)))

class Browser {
  cookies = {}
  constructor (host, headers = {}) { Object.assign(this, { host, headers }) }
  async ask (url, options = {}) {
    const Cookie = Object.entries(this.cookies).map((pair) => pair.join('=')).join('; ')
    const answer = await stack.request(this.host, url, { ...options, headers: { ...this.headers, ...options.headers, ...(Cookie && { Cookie }) } })
    for (const line of answer.headers['set-cookie'] ?? []) { const [name, value] = line.split(';')[0].split('='); this.cookies[name] = value }
    return answer
  }
  // The hidden fields of the form on a page.
  async hidden (page, action) {
    const { body } = await this.ask(page)
    const form = body.slice(body.indexOf(`action="${action}"`)).split('</form>')[0]
    return Object.fromEntries([...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, decode(value)]))
  }
  async send (page, action, fields = {}) {
    const answer = await this.ask(action, { form: { ...await this.hidden(page, action), ...fields } })
    assert.ok([200, 303].includes(answer.status), `${action}: ${answer.status} ${answer.body.slice(0, 500)}`)
    return answer
  }
}

async function signedIn () {
  const browser = new Browser(PORTAL), [name, value] = (await stack.signIn('laboucle')).split('=')
  browser.cookies[name] = value
  return browser
}

const linkIn = (recipient, pattern) => until(`a mail to ${recipient}`, async () => (await stack.mails())
  .filter(({ to }) => to.includes(recipient)).map(({ html }) => html.match(pattern)?.[0]).find(Boolean), 20).then((link) => new URL(link).pathname)

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', '--operator', 'laboucle', '--title', 'La Boucle', '--language', 'fr')
  await stack.cli('module', 'install', 'shop', '--tenant', 'laboucle', '--root')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'laboucle')
  await stack.cli('module', 'rollout', 'guestbook')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'laboucle')
  await stack.cli('import', 'shop', 'payment', path.join(demo, 'payment.csv'), '--tenant', 'laboucle')

  // A customer with an order, something new in the cart, and the link to come in by.
  customer = new Browser(SITE)
  await customer.send('/fr/p/velo-hollandais', '/fr/p/velo-hollandais/cart', { count: '1' })
  thanks = (await customer.send('/fr/order', '/fr/order', { name: 'Amélie Dubois', mail: 'amelie@example.be', street: 'rue Haute 1',
    postal_code: '5000', city: 'Namur', country: 'BE' })).headers.location.replace('/fr/', '/')
  await customer.send('/fr/p/velo-mixte', '/fr/p/velo-mixte/cart', { count: '1' })
  await customer.send('/fr/account', '/fr/account', { mail: 'amelie@example.be' })

  // An owner with an account, an invited colleague, and a file that waits to be taken in.
  owner = await signedIn()
  await stack.setUp(PORTAL, owner.cookie ?? Object.entries(owner.cookies ?? {}).map((pair) => pair.join('=')).join('; '), 'owner@example.org', 'trois mots inattendus')
  await owner.send('/portal/members', '/portal/members', { name: 'Bart', mail: 'bart@example.org', role: 'owner' })
  await new Browser(PORTAL).send('/portal/forgot', '/portal/forgot', { mail: 'owner@example.org' })
  const fields = await owner.hidden('/shop/products/import', '/shop/products/import'), file = fs.readFileSync(path.join(demo, 'products.csv'), 'utf8')
  const uploaded = await owner.ask('/shop/products/import', { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
    body: `--b\r\nContent-Disposition: form-data; name="_key"\r\n\r\n${fields._key}\r\n` +
      `--b\r\nContent-Disposition: form-data; name="file"; filename="products.csv"\r\nContent-Type: text/csv\r\n\r\n${file}\r\n--b--\r\n` })
  assert.equal(uploaded.status, 303)

  const link = await linkIn('amelie@example.be', /http[^"]+\/account\/in\/[^"]+/)
  await customer.send(link, link)
  ways = [new URL((await stack.cli('login', 'laboucle', 'owner')).trim()).pathname,
    await linkIn('bart@example.org', /http[^"]+\/invitation\/[^"]+/), await linkIn('owner@example.org', /http[^"]+\/reset\/[^"]+/)]
  await linkIn('amelie@example.be', /http[^"]+\/thanks\/[^"]+/)
})
after(() => stack?.stop())

// ---- the content of a page ----

// Tags are stripped, but not what is read aloud.
const spoken = (tag) => [...tag.matchAll(/\s(?:alt|aria-label|title|placeholder)="([^"]*)"/g)].map(([, text]) => text).join(' ')
// What people or their files are called is in no catalogue: pages say translate="no" of it.
const visible = (html) => decode(html.replace(/<(script|style)\b[^]*?<\/\1>/g, ' ').replace(/<(\w+)\b[^>]* translate="no"[^>]*>[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, (tag) => ` ${spoken(tag)} `)).replace(/\s+/g, ' ')

const catalogues = (language) => [path.join(root, 'core/web/frame/i18n'), ...MODULES.map((module) => path.join(root, 'modules', module, 'i18n'))]
  .map((folder) => fs.readFileSync(path.join(folder, `${language}.po`), 'utf8'))

const saidBy = (catalogue, word) => [...catalogue.matchAll(new RegExp(`^${word} ((?:"(?:[^"\\\\]|\\\\.)*"\\s*)+)`, 'gm'))]
  .map(([, lines]) => [...lines.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([line]) => JSON.parse(line)).join(''))

// Finds English texts that have a translation. A short one may be a word of both languages.
function englishIn (language) {
  const texts = catalogues(language)
  const ours = new Set(texts.flatMap((text) => saidBy(text, 'msgstr(?:\\[\\d\\])?')))
  const english = new Set(texts.flatMap((text) => saidBy(text, 'msgid(?:_plural)?')).filter((id) => id.length >= TEXT_MIN && !/\{\{|\}\}/.test(id) && !ours.has(id)))
  assert.ok(english.size > 200, `${english.size} texts are known`)
  const escaped = [...english].map((id) => visible(id).trim().replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).sort((a, b) => b.length - a.length)
  return new RegExp(`(?<!\\p{L})(?:${escaped.join('|')})(?!\\p{L})`, 'gu')
}
const english = Object.fromEntries(['fr', 'nl', 'de'].map((language) => [language, englishIn(language)]))

// ---- which page it is ----

const routes = declared.filter(({ method }) => method === 'GET').map(({ module, pattern, open, permission, stored }) => {
  const portal = Boolean(open || permission), place = (portal || module !== 'shop' ? `/${module}` : '') + pattern
  return { kind: `${portal ? PORTAL : SITE} ${place}`, place, host: portal ? PORTAL : SITE, stored, holes: place.split('{').length,
    expression: new RegExp(`^${place.replace(/\{[^}]+\}/g, '[^/]+')}$`) }
}).sort((a, b) => a.holes - b.holes) // "/products/new" before "/products/{product}"

function kindOf (url) {
  const place = url.hostname === SITE ? url.pathname.replace(/^\/(?:fr|nl|de|en)(?=\/)/, '') : url.pathname
  return routes.find(({ host, expression }) => host === url.hostname && expression.test(place))?.kind
}

// ---- results ----

const wrong = new Set(), told = new Set(), seen = new Map(), references = new Map(), weights = new Map(), heavy = new Map()
let pages = 0, largest = 0

const words = (url) => url.hostname + url.pathname + url.search
const idsIn = (body) => new Set([...body.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => decode(id)))

async function get (browser, url) {
  const answer = await browser.ask(url.pathname + url.search)
  seen.set(words(url), { status: answer.status, ids: idsIn(answer.body) })
  return answer
}

// All references in a text; those to other hosts are errors.
function linksIn (text, base, pattern = /\s(?:href|src|action|formaction|hx-get|poster)="([^"]*)"/g) {
  const found = []
  for (const [, value] of text.matchAll(pattern)) {
    const url = new URL(decode(value), base)
    if (url.protocol === 'mailto:') continue
    if (url.protocol === 'http:' && [SITE, PORTAL].includes(url.hostname) && url.port === base.port) found.push(url)
    else wrong.add(`${words(base)} refers to ${url.href.slice(0, 100)}`)
  }
  return found
}

// An asset's bytes as nginx sends them to a browser.
function weigh (url) {
  if (!weights.has(url.pathname)) {
    weights.set(url.pathname, new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port: stack.port, path: url.pathname, agent: stack.agent,
      headers: { Host: url.hostname, 'Accept-Encoding': 'gzip' } }, (response) => {
      let bytes = 0
      response.on('data', (part) => { bytes += part.length })
      response.on('end', () => resolve(bytes))
    }).on('error', reject)))
  }
  return weights.get(url.pathname)
}

const isAsset = (url) => url.pathname.startsWith('/_/')
const styles = new Map()

// The files that pages load, and those that their style sheets load, without the pictures of products.
async function assetsOf (browser, links) {
  const assets = new Map(links.filter(isAsset).map((url) => [url.pathname, url]))
  for (const url of [...assets.values()].filter(({ pathname }) => pathname.endsWith('.css'))) {
    if (!styles.has(url.pathname)) {
      const { body } = await get(browser, url)
      styles.set(url.pathname, linksIn(body, url, /(?:url\(|@import )\s*["']?((?!data:)[^"')]+)/g))
    }
    for (const inner of styles.get(url.pathname)) { assets.set(inner.pathname, inner); refer(inner, url, browser) }
  }
  return [...assets.values()]
}

function refer (url, from, browser) {
  const key = words(url) + url.hash
  if (!references.has(key)) references.set(key, { url, from: words(from), browser })
}

// Checks one page; returns its links.
async function look (browser, url, language) {
  const { status, headers, body } = await get(browser, url), where = words(url)
  if (status === 303) return linksIn(` href="${headers.location}"`, url)
  if (!/^text\/html/.test(headers['content-type']) && status === 200) return []
  pages++
  const add = (fault) => { // one page of a kind stands for all
    const key = `${kindOf(url)} ${language} ${fault.replace(/^\d+ bytes/, 'bytes')}`
    if (!told.has(key)) wrong.add(`${where} (${language}): ${fault}`)
    told.add(key)
  }
  if (status !== 200) add(`status ${status}`)
  const said = body.match(/<html lang="([^"]*)"/)?.[1], text = visible(body)
  if (said !== language) add(`its language is ${said}`)
  const bytes = Buffer.byteLength(body)
  largest = Math.max(largest, bytes)
  if (bytes > PAGE_MAX) add(`${bytes} bytes`)
  for (const [found] of text.matchAll(/\{\{|\}\}|\bundefined\b|\(null\)/g)) add(`says ${found}`)
  for (const [found] of language === 'en' ? [] : text.matchAll(english[language])) add(`not translated: ${found}`)
  for (const [found, host] of body.matchAll(/https?:\/\/([^\s"'<>:/]+)/g)) if (![SITE, PORTAL].includes(host)) add(`names ${found}`)
  const links = linksIn(body, url)
  for (const link of links) refer(link, url, browser)
  const assets = await assetsOf(browser, links), weight = (await Promise.all(assets.map(weigh))).reduce((sum, one) => sum + one, 0)
  heavy.set(kindOf(url), Math.max(weight, heavy.get(kindOf(url)) ?? 0))
  return links
}

// Breadth first, of each kind of page some; `follows` says which links lead on.
async function crawl (browser, starts, language, follows = () => true) {
  const queue = starts.map((start) => new URL(start, `http://${browser.host}:${stack.port}`)), known = new Set(queue.map(words)), counts = new Map()
  for (const url of queue) {
    const kind = kindOf(url)
    if (!kind) { refer(url, url, browser); continue }
    if ((counts.get(kind) ?? 0) >= EACH || pages >= PAGES_MAX) continue
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const links = await look(browser, url, kind === `${PORTAL} /portal/mails/{id}` ? MAIL_LANGUAGE : language)
    for (const link of links.filter((link) => link.hostname === browser.host && !isAsset(link) && !NEVER.test(link.pathname) && follows(link))) {
      if (known.has(words(link))) continue
      known.add(words(link))
      queue.push(link)
    }
  }
}

// Those links that were not followed: each leads to something, and a part of a page is there.
async function checkReferences () {
  for (const { url, from, browser } of references.values()) {
    if (NEVER.test(url.pathname)) continue
    if (!seen.has(words(url))) {
      const { status, headers } = await get(url.hostname === browser.host ? browser : new Browser(url.hostname), url)
      if (status === 303) for (const next of linksIn(` href="${headers.location}"`, url)) if (!NEVER.test(next.pathname)) references.set(words(next), { url: next, from, browser })
    }
    const { status, ids } = seen.get(words(url))
    if (status === 404 || status >= 500) wrong.add(`${from} leads to ${words(url)}: ${status}`)
    else if (url.hash && !ids.has(decodeURIComponent(url.hash.slice(1)))) wrong.add(`${from} leads to ${words(url)}, which has no ${url.hash}`)
  }
}

test('every page that is linked to is whole, translated and small, and leads nowhere else', async (t) => {
  for (const language of LANGUAGES) {
    const inLanguage = (link) => link.pathname.startsWith(`/${language}/`)
    await crawl(customer, [`/${language}/`, `/${language}/guestbook/`, `/${language}${thanks}`], language, inLanguage)
    await crawl(new Browser(SITE), ['cart', 'account', 'account/in/nonsense'].map((place) => `/${language}/${place}`), language, () => false)
  }
  for (const language of LANGUAGES) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    owner = await signedIn()
    await crawl(owner, ['/portal/'], language)
    await crawl(new Browser(PORTAL, { 'Accept-Language': language }), ['/portal/sign-in', '/portal/forgot', ...ways,
      ...['sign-in', 'invitation', 'reset'].map((way) => `/portal/${way}/nonsense`)], language, () => false)
  }
  await checkReferences()

  for (const [kind, bytes] of heavy) if (bytes > ASSETS_MAX) wrong.add(`${kind} loads ${bytes} bytes of assets`)
  const looked = new Set([...seen.keys()].map((key) => kindOf(new URL(`http://${key}`))))
  for (const { kind, place, stored } of routes.filter(({ kind }) => !NEVER.test(kind))) {
    if (UNREACHED[place] && looked.has(kind)) wrong.add(`something led to ${kind} after all`)
    else if (!stored && !UNREACHED[place] && !looked.has(kind)) wrong.add(`nothing led to ${kind}`)
  }
  if (pages >= PAGES_MAX) wrong.add(`more than ${PAGES_MAX} pages`)
  t.diagnostic(`${pages} pages, ${seen.size} addresses, the largest page has ${largest} bytes, the most assets ${Math.max(...heavy.values())}`)
  assert.deepEqual([...wrong], [])
})
