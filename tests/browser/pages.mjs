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

export const launch = () => chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })

// Whatever is loaded has to come from us, and nothing may be refused by the page's own policy.
export async function open (browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'fr', ...options })
  const page = await context.newPage()
  page.strangers = []
  page.on('request', (request) => { if (!/^http:\/\/([a-z-]+\.localhost|127\.0\.0\.1):/.test(request.url())) page.strangers.push(request.url()) })
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) page.strangers.push(message.text()) })
  return page
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

const COLOURS = ['color-contrast', 'link-in-text-block'] // what axe finds in colours, of the rules that it has on by itself

// A theme changes colours and nothing else, so all rules are held against the first one, and those of colours against the others.
async function axeFaults (page, schemes, eachScheme) {
  const line = await page.context().newCDPSession(page), found = []
  const evaluate = async (expression) => (await line.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value
  await evaluate(`${axe}; null`)
  for (const scheme of schemes) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const options = { resultTypes: ['violations'], ...scheme !== schemes[0] && { runOnly: COLOURS } }
    const { violations } = await evaluate(`axe.run(${JSON.stringify(options)}).then((result) => ({ violations: result.violations.map((one) =>
      one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')) }))`)
    found.push(...violations.map((one) => `${scheme}: ${one}`))
    await eachScheme(scheme)
  }
  await line.detach()
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

// axe in both themes, no sideways scroll, no broken word and nothing over anything in a table; pictures on a desk and on a phone, in the dark of a phone
// alone, but for `everything`. `schemes` are the themes; `shots` false takes no pictures.
export async function inspect (page, name, { failed = false, everything = false, schemes = ['light', 'dark'], shots = true } = {}) {
  const found = []
  if (!failed && await page.locator('.ref').count()) found.push(`${name}: the page has failed: ${await page.textContent('main')}`)
  const faults = await axeFaults(page, schemes, (scheme) => shots && photograph(page, name, everything || scheme === 'light' ? [1280, 375] : [375], `-${scheme}`))
  found.push(...faults.map((one) => `${name}, ${one}`))
  await page.setViewportSize({ width: 375, height: 900 })
  found.push(...(await page.evaluate(broken)).map((word) => `${name}: the word '${word}' is broken at 375 px`))
  await page.setViewportSize({ width: 320, height: 900 }) // the layout is the same in both
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (sideways > 0) found.push(`${name}: scrolls ${sideways} px sideways at 320 px: ${(await page.evaluate(beyond)).join(', ')}`)
  found.push(...(await page.evaluate(overlaps)).map((row) => `${name}: cells lie over one another at 320 px: ${row}`))
  await page.setViewportSize({ width: 1280, height: 900 })
  assert.deepEqual(found, [])
  assert.deepEqual(page.strangers, [])
}
