// SPDX-License-Identifier: EUPL-1.2
// Helpers of the browser tests: the real browser, pages that record what they load from elsewhere, and checks of a page.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { root } from '../support/stack.mjs'

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const pictures = path.join(process.env.BUILD ?? path.join(root, 'build'), 'screenshots')
fs.mkdirSync(pictures, { recursive: true })

// Where Debian's chromium-headless-shell is installed, it is taken: the same engine without windows, for half of the processor's time.
const BROWSER = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((one) => fs.existsSync(one))

// One process draws all pages of a context, also those of another site: to start one costs as much as to look at a page.
export const launch = () => chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--renderer-process-limit=1'] })

const idle = new WeakMap() // pages that were left, by their browser

// A page that has no cookies yet. Whatever it loads has to come from us, and nothing may be refused by the page's own policy.
export async function open (browser, { viewport = { width: 1280, height: 900 }, ...options } = {}) {
  const kind = JSON.stringify(options), left = idle.get(browser) ?? [], place = left.findIndex((page) => page.kind === kind)
  if (place >= 0) {
    const [page] = left.splice(place, 1)
    await page.setViewportSize(viewport)
    return page
  }
  const context = await browser.newContext({ viewport, locale: 'fr', reducedMotion: 'reduce', ...options })
  const page = Object.assign(await context.newPage(), { strangers: [], kind })
  page.on('request', (request) => { if (!/^http:\/\/([a-z-]+\.localhost|127\.0\.0\.1):/.test(request.url())) page.strangers.push(request.url()) })
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) page.strangers.push(message.text()) })
  return page
}

// Leaves a page of open() to the next one who opens such a page: a new one starts a process of its own. Its cookies are all that it has stored.
export async function leave (page) {
  const context = page.context(), browser = context.browser()
  for (const other of context.pages()) if (other !== page) await other.close()
  await page.unrouteAll()
  await page.goto('about:blank')
  await page.emulateMedia({ colorScheme: 'light' })
  await context.clearCookies()
  page.strangers.length = 0
  idle.set(browser, [...idle.get(browser) ?? [], page])
}

// Does what leads to another page, and waits until that one is there. What is read after a mere click may be of the page before, and where
// both have one address waitForURL waits for nothing.
export const follow = (page, action) => Promise.all([page.waitForNavigation(), action()])
export const press = (page, selector) => follow(page, () => page.click(selector))

// Does what exchanges a part of the page without a reload, and waits until it has been exchanged.
export async function exchange (page, selector, action) {
  const before = await page.waitForSelector(selector)
  await action()
  await page.waitForFunction((part) => !part.isConnected, before)
}

// Rows of tables, there as cards, of which one cell lies over another.
function overlaps () {
  const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1
  return [...document.querySelectorAll('tbody tr, tfoot tr')].filter((row) => {
    const boxes = [...row.children].map((cell) => cell.getBoundingClientRect())
    return boxes.some((one, i) => boxes.slice(i + 1).some((other) => meet(one, other)))
  }).map((row) => row.textContent.trim().replace(/\s+/g, ' ').slice(0, 80))
}

// The innermost elements that reach beyond the page's right edge, out of what does not scroll by itself.
function beyond () {
  const scrolls = (element) => element && (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
  const reaches = (element) => element.getBoundingClientRect().right > window.innerWidth + 1
  return [...document.body.querySelectorAll('*')].filter((element) => reaches(element) && ![...element.children].some(reaches) && !scrolls(element.parentElement))
    .map((element) => `<${element.tagName.toLowerCase()}> ${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)}`).slice(0, 3)
}

// For people to look at, so only PICTURES=1 takes them.
export async function photograph (page, name, widths, suffix = '') {
  if (!process.env.PICTURES) return
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: path.join(pictures, `${name}-${width}${suffix}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

// Evaluates even where the page's policy or its setting forbids scripts of its own.
async function evaluate (page, expression) {
  page.line ??= await page.context().newCDPSession(page)
  const { result, exceptionDetails } = await page.line.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

const COLOURS = ['color-contrast', 'link-in-text-block'] // what axe finds in colours, of the rules that it has on by itself
const ALL_BUT_COLOURS = { rules: Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }])) }

// Makes axe known to the page. To send and compile it costs as much as half of its work, so each later page of the same session has it
// from the browser, as a function that is compiled where it is called.
async function takeAxe (page) {
  if (await evaluate(page, "typeof axe === 'object' || (typeof loadAxe === 'function' && (loadAxe(), true))")) return
  const source = `function loadAxe () { ${axe} }`
  if (!page.keepsAxe) {
    await page.line.send('Page.enable') // else later pages do not get it
    await page.line.send('Page.addScriptToEvaluateOnNewDocument', { source })
    page.keepsAxe = true
  }
  await evaluate(page, `${source}; loadAxe()`)
}

// In the page. Kinds of visible texts, with their elements: one kind has all that a contrast depends on, which is the text's own colour,
// size and weight, the colour of the text around it, and from the inside out each ancestor that has a colour, a picture, transparency or a
// place of its own.
function kindsOfText () {
  const behind = new Map([[null, '']]), kinds = new Map()
  const lies = (element) => {
    if (!behind.has(element)) {
      const { backgroundColor, backgroundImage, opacity, mixBlendMode, filter, position, zIndex } = getComputedStyle(element)
      const own = [backgroundColor, backgroundImage, opacity, mixBlendMode, filter, position, zIndex].join(' ')
      const place = position === 'static' ? '' : `${element.tagName}.${element.className}`
      behind.set(element, (own === 'rgba(0, 0, 0, 0) none 1 normal none static auto' ? '' : `${own} ${place} < `) + lies(element.parentElement))
    }
    return behind.get(element)
  }
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
  for (const element of document.body.querySelectorAll('*')) {
    if (!hasText(element) && !/^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)) continue
    const { width, height, right, bottom } = element.getBoundingClientRect()
    if (width <= 1 || height <= 1 || right + scrollX <= 0 || bottom + scrollY <= 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const { color, fontSize, fontWeight, textDecorationLine, textShadow, borderBottom } = getComputedStyle(element), around = getComputedStyle(element.parentElement)
    const off = element.matches(':disabled, :disabled *, [aria-disabled=true], [aria-disabled=true] *') || element.closest('label')?.control?.disabled
    const kind = [element.tagName, color, fontSize, fontWeight, textDecorationLine, textShadow, borderBottom, off, hasText(element.parentElement), around.color, around.fontWeight, lies(element)].join(' ')
    kinds.set(kind, [...kinds.get(kind) ?? [], element])
  }
  return kinds
}

const PICTURE = /gradient\(|url\(/
const sound = new Set() // kinds of texts, of all pages that this process has looked at

// What axe finds in the colours of the page as it is, which is most of axe's work. Most pages have no other kinds of texts than those
// before them. A kind that axe is uncertain about is asked about each time, but for one with a picture behind it, of which axe never says
// more.
async function colourFaults (page) {
  const kinds = await evaluate(page, `[...(${kindsOfText})().keys()]`)
  if (kinds.every((kind) => sound.has(kind))) return []
  const { violations, uncertain } = await evaluate(page, `axe.run({ runOnly: ${JSON.stringify(COLOURS)}, resultTypes: ['violations', 'incomplete'], elementRef: true }).then(({ violations, incomplete }) => {
    const elements = new Set(incomplete.flatMap(({ nodes }) => nodes.map(({ element }) => element)))
    const uncertain = [...(${kindsOfText})()].filter(([, some]) => some.some((one) => elements.has(one))).map(([kind]) => kind)
    return { violations: violations.map(${told}), uncertain }
  })`)
  if (violations.length === 0) for (const kind of kinds) if (!uncertain.includes(kind) || PICTURE.test(kind)) sound.add(kind)
  return violations
}

const told = "(one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')"

// A theme changes colours and nothing else, so all other rules are held against the first one alone. The one that the page is in comes
// first: to change it draws the page again.
async function axeFaults (page, schemes, colours, eachScheme) {
  const now = await evaluate(page, "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
  const [first, ...others] = [...schemes].sort((one, other) => (other === now) - (one === now))
  await takeAxe(page)
  if (first !== now) await page.emulateMedia({ colorScheme: first })
  const options = { resultTypes: ['violations'], preload: { assets: ['media'] }, ...ALL_BUT_COLOURS } // style sheets are for a rule that is off
  const found = (await evaluate(page, `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations.map(${told}))`)).map((one) => `${first}: ${one}`)
  for (const scheme of colours || process.env.PICTURES ? [first, ...others] : [first]) {
    if (scheme !== first) await page.emulateMedia({ colorScheme: scheme })
    if (colours) found.push(...(await colourFaults(page)).map((one) => `${scheme}: ${one}`))
    await eachScheme(scheme)
  }
  return found
}

// Words of a list that are broken in the middle, for want of room that another cell takes; addresses may be.
const broken = () => {
  const found = [], range = document.createRange()
  for (const cell of document.querySelectorAll('.table tbody :is(td, th)')) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const { 0: word, index } of node.data.matchAll(/(?<!\S)\p{L}{2,14}(?!\S)/gu)) {
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word)
      }
  }
  return found
}

// What does not fit at 375 and at 320 px. The page is not seen meanwhile, for to draw it costs more than to lay it out; transparency
// moves nothing.
async function widthFaults (page, name) {
  const found = []
  await page.evaluate(() => { document.documentElement.style.opacity = '0' })
  await page.setViewportSize({ width: 375, height: 900 })
  found.push(...(await page.evaluate(broken)).map((word) => `${name}: the word '${word}' is broken at 375 px`))
  await page.setViewportSize({ width: 320, height: 900 }) // the layout is the same in both
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (sideways > 0) found.push(`${name}: scrolls ${sideways} px sideways at 320 px: ${(await page.evaluate(beyond)).join(', ')}`)
  found.push(...(await page.evaluate(overlaps)).map((row) => `${name}: cells lie over one another at 320 px: ${row}`))
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.evaluate(() => { document.documentElement.style.opacity = '' })
  return found
}

// axe in both themes, no sideways scroll, no broken word and nothing over anything in a table; pictures on a desk and on a phone, in the dark of a phone
// alone, but for `everything`. `schemes` are the themes; `shots` false takes no pictures; `colours` false leaves out the rules of axe for
// colours, for a page that has been looked at in another language: the texts of all languages have the same elements and style sheet.
export async function inspect (page, name, { failed = false, everything = false, schemes = ['light', 'dark'], shots = true, colours = true } = {}) {
  const found = []
  if (!failed && await page.locator('.ref').count()) found.push(`${name}: the page has failed: ${await page.textContent('main')}`)
  const faults = await axeFaults(page, schemes, colours, (scheme) => shots && photograph(page, name, everything || scheme === 'light' ? [1280, 375] : [375], `-${scheme}`))
  found.push(...faults.map((one) => `${name}, ${one}`), ...await widthFaults(page, name))
  assert.deepEqual(found, [])
  assert.deepEqual(page.strangers, [])
}
