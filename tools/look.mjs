// SPDX-License-Identifier: EUPL-1.2
// A module's pages, each with rows on it, in four languages, both themes and at 320 px, under axe: what `scopiton module check` asks of
// level 4. A fault is a page that answers an error or that nothing leads to, a link to such a page, what it loads and does not get, and
// a text that is the same in all languages and no data.
//
// The rows come from the module's tests/sample.sql, then from its tests/look.mjs, where it has them:
//     export async function prepare ({ stack, site, portal, member, visitor }) { return ['/fr/loan/t/1'] }
//     export const without = { '/as/{role}': 'while developing alone' }
//     export const options = { config: ['form_rate = 9r/s'] }      what scopiton/test starts the private Scopiton with
//     export const operates = true                                 the tenant is a scop's own
//     export function remove () {}                                 called in the end
// (`site` and `portal` are the host names of its tenant, `member` a page of the browser that is signed in, `visitor` one that is not;
// addresses that no link leads to are given back; routes `without` a page to look at have a reason.) Without either file the module's
// forms are sent, each once, with values that fit their fields.
// Usage: node tools/look.mjs MODULE-OR-FOLDER-OF-SOURCES
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { inspect, launch, open } from '../tests/browser/pages.mjs'
import { leftAlone, textsOf, untranslated, wordsOf } from '../tests/browser/texts.mjs'
import { libexec, root, start } from '../tests/support/stack.mjs'

const LANGUAGES = ['fr', 'nl', 'de', 'en'], PAGES_MAX = 300
const NEVER = /\/(sign-out|leave|remove|delete|cancel)$/ // forms that take away what other pages show
const TITLES = ['menu', 'tile', 'permission', 'setting_type'] // of the socle: texts that are translated
const folder = process.argv[2].includes('/') ? path.resolve(process.argv[2]) : path.join(root, 'modules', process.argv[2]), name = path.basename(folder)
const build = process.env.BUILD ?? path.join(root, 'build')
const site = 'look.localhost', portal = 'look-portal.localhost'
const ownWalk = path.join(folder, 'tests/look.mjs'), own = fs.existsSync(ownWalk) ? await import(ownWalk) : {}
const faults = new Set(), texts = new Map()

// ---- the module's pages ----

const routes = execFileSync(path.join(libexec, 'scopiton-lint'), ['--routes', folder, path.join(process.env.MODULES_FOLDER ?? path.join(build, 'modules'), name)], { encoding: 'utf8' })
  .trim().split('\n').map((line) => line.split('\t')).filter(([method, side]) => method === 'GET' && side !== 'stored')
  .map(([, side, pattern]) => ({ side, pattern, address: null, whole: new RegExp(`^${pattern.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`) }))

const prefix = (side, language) => side === 'site' ? `/${language}/${name}` : `/${name}`
const hostOf = (side) => side === 'site' ? site : portal
// The route of an address in French; a path without parts goes before one with.
function routeOf (side, address) {
  const [whole] = address.split(/[?#]/)
  if (!whole.startsWith(`${prefix(side, 'fr')}/`)) return undefined
  const rest = whole.slice(prefix(side, 'fr').length)
  return routes.find((route) => route.side === side && route.pattern === rest) ?? routes.find((route) => route.side === side && route.whole.test(rest))
}

// ---- rows ----

// Fills the forms of a page that post, and sends each once.
async function sendForms (page, address, sent) {
  const actions = await page.$$eval('form[method=post]', (forms) => forms.map((form) => form.getAttribute('action')))
  for (const action of actions) {
    if (!action || NEVER.test(action) || sent.has(action)) continue
    sent.add(action)
    await page.goto(address)
    const pressed = await page.evaluate((action) => {
      const form = [...document.querySelectorAll('form[method=post]')].find((one) => one.getAttribute('action') === action)
      if (!form) return false
      for (const field of form.querySelectorAll('input, textarea, select')) {
        if (field.type === 'hidden' || field.value) continue
        if (field.tagName === 'SELECT') field.selectedIndex = field.options.length - 1
        else if (field.type === 'checkbox' || field.type === 'radio') field.checked = true
        else field.value = { email: 'camille@example.com', number: field.min || '1', date: '2026-12-01', file: '' }[field.type] ?? 'Camille Martin'
      }
      form.querySelector('button')?.click()
      return true
    }, action)
    if (pressed) await page.waitForLoadState('networkidle')
  }
}

// Prepares the rows that the module itself provides; false if it provides none.
async function prepare (given) {
  const sample = path.join(folder, 'tests/sample.sql')
  if (fs.existsSync(sample)) await stack.sql(`USE t1_${name};\n${fs.readFileSync(sample, 'utf8')}`)
  const { prepare, without = {} } = own
  for (const route of routes) route.reason = without[route.pattern]
  const addresses = await prepare?.(given) ?? []
  return { known: Boolean(prepare) || fs.existsSync(sample), addresses: Array.isArray(addresses) ? addresses : [] }
}

// Whether there is something, without looking at it.
async function statusOf (page, side, address) {
  const host = hostOf(side), cookies = await page.context().cookies(`http://${host}:${stack.port}`)
  return (await stack.request(host, address, { headers: { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') } })).status
}

// Goes through the pages of one side by their links, and notes an address for each route. Who is led elsewhere has not seen the page.
async function walk (page, side, first, eachPage) {
  const seen = new Set(), waiting = first.map((address) => ({ address }))
  while (waiting.length && seen.size < PAGES_MAX) {
    const { address, from } = waiting.shift(), route = routeOf(side, address)
    if (seen.has(address) || !address.startsWith(`${prefix(side, 'fr')}/`)) continue
    seen.add(address)
    if (!eachPage && (!route || (route.address && route.address !== address))) {
      const status = await statusOf(page, side, address)
      if (status >= 400) faults.add(`${from ?? 'tests/look.mjs'}: its link to ${address} answers ${status}`)
      continue
    }
    if (!route) continue
    const answer = await page.goto(`http://${hostOf(side)}:${stack.port}${address}`).catch(() => null) // a download is no page
    const led = answer && new URL(page.url()).pathname
    if (answer?.status() >= 400 && !eachPage) faults.add(from ? `${from}: its link to ${address} answers ${answer.status()}` : `${address}: it answers ${answer.status()}`)
    else if (!answer || !/text\/html/.test(answer.headers()['content-type'] ?? '')) route.reason ??= 'no page, but a file'
    else if (led !== address.split(/[?#]/)[0] && decodeURI(led) !== address) route.led ??= led
    else if (answer.status() < 400) route.address ??= address
    if (!answer || !/text\/html/.test(answer.headers()['content-type'] ?? '')) continue
    if (eachPage) await eachPage(page, `http://${hostOf(side)}:${stack.port}${address}`)
    waiting.push(...(await page.$$eval('a[href]', (links) => links.map((link) => new URL(link.href).pathname))).map((found) => ({ address: found, from: address })))
  }
}

// ---- looking ----

// Pictures that are not there; a lazy one is loaded first.
const broken = () => Promise.all([...document.images].map((image) => {
  image.loading = 'eager'
  return image.decode().then(() => null, () => image.getAttribute('src'))
})).then((sources) => sources.filter((source) => source !== null))

// A document that may not run scripts, such as a mail in a sandbox, never answers to an evaluation.
const answering = (promise, seconds) => {
  let timer
  return Promise.race([promise, new Promise((resolve, reject) => { timer = setTimeout(() => reject(new Error(`the browser does not answer within ${seconds} s: it may be no page, see 'without'`)), seconds * 1000) })])
    .finally(() => clearTimeout(timer))
}

const isPage = ({ address, reason }) => address && !reason

async function look (page, route, language) {
  const here = route.side === 'site' ? route.address.replace(/^\/fr\//, `/${language}/`) : route.address, what = `${here}, ${language}`
  const missing = new Set(), note = (response) => { if (response.status() >= 400) missing.add(`${what}: it loads ${new URL(response.url()).pathname}, which answers ${response.status()}`) }
  page.on('response', note)
  try {
    const answer = await page.goto(`http://${hostOf(route.side)}:${stack.port}${here}`)
    if (answer.status() >= 400) throw new Error(`it answers ${answer.status()}`)
    texts.set(route, [...texts.get(route) ?? [], await answering(textsOf(page), 60)])
    for (const source of await answering(page.evaluate(broken), 60)) faults.add(`${what}: the picture ${source} is broken`)
    await inspect(page, `look-${name}`, { colours: language === LANGUAGES[0], shots: false })
  } catch (error) {
    faults.add(`${what}: ${error.message}`)
  }
  page.off('response', note)
  for (const one of missing) faults.add(one)
}

// The words of what is stored: of the module, of the tenant's members, and for the portal of what it shows of others.
async function data () {
  const words = new Set(['Look'])
  const databases = name === 'portal' ? ['t1', 't1_portal', 'account', 'queue', 'scopiton'] : ['t1', `t1_${name}`]
  for (const database of databases) {
    const options = database === 't1' ? TITLES.map((table) => `--ignore-table=t1.${table}`) : []
    for (const word of wordsOf(await stack.dump(database, options))) words.add(word)
  }
  return words
}

function tell (known) {
  for (const route of routes.filter(({ address, reason }) => !address && !reason)) {
    const why = route.led ? `it leads to ${route.led}` : `no page ${known ? '' : 'with rows '}links to it`
    faults.add(`GET ${route.pattern} (${route.side}): not looked at: ${why}. tests/sample.sql makes rows, tests/look.mjs what else it needs.`)
  }
  for (const fault of faults) console.error(fault)
  for (const { pattern, side, reason } of routes.filter(({ reason }) => reason)) console.log(`GET ${pattern} (${side}): ${reason}`)
  console.log(`${routes.filter(isPage).length} pages of ${routes.length} routes, in ${LANGUAGES.length} languages`)
}

const stack = await start({ mail: true, ...own.options })
const browser = await launch()
let known = false
try {
  await stack.cli('tenant', 'create', 'look', '--title', 'Look', '--language', 'fr', ...(own.operates ? ['--operator'] : []))
  if (name !== 'portal') await stack.cli('module', 'install', name, '--tenant', 'look')
  const member = await open(browser), visitor = await open(browser), strangers = {}
  // outside of the site, whose addresses have the language, a page speaks that of the browser
  const stranger = async (language) => { strangers[language] ??= await open(browser, { locale: language }); return strangers[language] }
  await member.goto((await stack.cli('login', 'look', 'owner')).trim())
  await member.click('main button')
  const pages = { site: visitor, open: visitor, portal: member }
  const plain = (side) => routes.filter((route) => route.side === side && !route.pattern.includes('{')).map((route) => prefix(side, 'fr') + route.pattern)
  const prepared = await prepare({ stack, site, portal, member, visitor }), sent = new Set()
  known = prepared.known
  if (!known) for (const side in pages) await walk(pages[side], side, plain(side), (page, address) => sendForms(page, address, sent))
  for (const side in pages) await walk(pages[side], side, [...prepared.addresses.filter((address) => routeOf(side, address)), ...plain(side)])
  for (const language of LANGUAGES) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    for (const route of routes.filter(isPage)) await look(route.side === 'open' ? await stranger(language) : pages[route.side], route, language)
  }
  const words = await data(), alone = leftAlone([path.join(folder, 'i18n'), path.join(root, 'core/web/frame/i18n'), path.join(root, 'i18n')])
  for (const [route, pagesOf] of texts)
    if (pagesOf.length === LANGUAGES.length) for (const text of untranslated(pagesOf, words, alone)) faults.add(`${route.address}: not translated: "${text}"`)
} finally {
  await browser.close()
  await stack.stop()
  await own.remove?.()
}
tell(known)
process.exitCode = faults.size ? 1 : 0
