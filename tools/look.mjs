// SPDX-License-Identifier: EUPL-1.2
// A module's pages, each with rows on it, in four languages, both themes and at 320 px, under axe: what `scopiton module check` asks of
// level 4. A page that answers an error, or that nothing leads to, is a fault.
//
// The rows come from the module's tests/look.mjs, where it has one:
//     export async function prepare ({ stack, site, portal, member }) { ... }
// (`site` and `portal` are the host names of its tenant, `member` a page of the browser that is signed in), else from its forms, each
// sent once with values that fit its fields.
// Usage: node tools/look.mjs MODULE-OR-FOLDER-OF-SOURCES
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { inspect, launch, open } from '../tests/browser/pages.mjs'
import { root, start } from '../tests/support/stack.mjs'

const LANGUAGES = ['fr', 'nl', 'de', 'en'], PAGES_MAX = 300
const NEVER = /\/(sign-out|leave|remove|delete|cancel)$/ // what takes away what the others show
const folder = process.argv[2].includes('/') ? path.resolve(process.argv[2]) : path.join(root, 'modules', process.argv[2]), name = path.basename(folder)
const build = process.env.BUILD ?? path.join(root, 'build')
const site = 'look.localhost', portal = 'look-portal.localhost'
const faults = new Set()

// ---- the module's pages ----

const routes = execFileSync(path.join(build, 'libexec/scopiton-lint'), ['--routes', folder, path.join(process.env.MODULES_FOLDER ?? path.join(build, 'modules'), name)], { encoding: 'utf8' })
  .trim().split('\n').map((line) => line.split('\t')).filter(([method, side]) => method === 'GET' && side !== 'stored')
  .map(([, side, pattern]) => ({ side, pattern, address: null, whole: new RegExp(`^${pattern.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`) }))

const prefix = (side, language) => side === 'portal' ? `/${name}` : `/${language}/${name}`
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

// Goes through the pages of one side by their links, and notes an address for each route.
async function walk (page, side, host, first, eachPage) {
  const seen = new Set(), waiting = [...first]
  while (waiting.length && seen.size < PAGES_MAX) {
    const address = waiting.shift(), route = routeOf(side, address)
    if (!route || seen.has(address) || NEVER.test(address) || (route.address && route.address !== address && !eachPage)) continue
    seen.add(address)
    const answer = await page.goto(`http://${host}:${stack.port}${address}`).catch(() => null) // a download is no page
    if (!answer || !/text\/html/.test(answer.headers()['content-type'] ?? '')) {
      route.address ??= 'no page'
      continue
    }
    if (answer.status() < 400) route.address ??= address
    if (eachPage) await eachPage(page, `http://${host}:${stack.port}${address}`)
    waiting.push(...await page.$$eval('a[href]', (links) => links.map((link) => new URL(link.href).pathname)))
  }
}

async function look (page, address, what) {
  try {
    const answer = await page.goto(address)
    if (answer.status() >= 400) throw new Error(`it answers ${answer.status()}`)
    await inspect(page, `look-${name}`)
  } catch (error) {
    faults.add(`${what}: ${error.message}`)
  }
}

const stack = await start()
const browser = await launch()
try {
  await stack.cli('tenant', 'create', 'look', '--title', 'Look', '--language', 'fr')
  if (name !== 'portal') await stack.cli('module', 'install', name, '--tenant', 'look')
  const member = await open(browser), visitor = await open(browser)
  await member.goto((await stack.cli('login', 'look', 'owner')).trim())
  await member.click('main button')
  const plain = (side) => routes.filter((route) => route.side === side && !route.pattern.includes('{')).map((route) => prefix(side, 'fr') + route.pattern)
  const own = path.join(folder, 'tests/look.mjs'), sent = new Set()
  if (fs.existsSync(own)) {
    await (await import(own)).prepare({ stack, site, portal, member })
  } else {
    await walk(visitor, 'site', site, plain('site'), (page, address) => sendForms(page, address, sent))
    await walk(member, 'portal', portal, plain('portal'), (page, address) => sendForms(page, address, sent))
  }
  await walk(visitor, 'site', site, plain('site'))
  await walk(member, 'portal', portal, plain('portal'))
  for (const { side, pattern } of routes.filter((route) => !route.address))
    faults.add(`GET ${pattern} (${side}): not looked at. No page with rows links to it; tests/look.mjs makes the rows that it needs.`)
  for (const language of LANGUAGES) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    for (const { side, address } of routes.filter((route) => route.address?.startsWith('/'))) {
      const here = side === 'site' ? address.replace(/^\/fr\//, `/${language}/`) : address
      await look(side === 'site' ? visitor : member, `http://${side === 'site' ? site : portal}:${stack.port}${here}`, `${here}, ${language}`)
    }
  }
} finally {
  await browser.close()
  await stack.stop()
}
for (const fault of faults) console.error(fault)
console.log(`${routes.filter((route) => route.address?.startsWith('/')).length} pages of ${routes.length} routes, in ${LANGUAGES.length} languages`)
process.exitCode = faults.size ? 1 : 0
