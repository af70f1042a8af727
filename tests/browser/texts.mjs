// SPDX-License-Identifier: EUPL-1.2
// Untranslated texts of a page: the same in every language, and not data.
import fs from 'node:fs'
import path from 'node:path'

const LETTERS = /\p{L}{3,}/gu

// The visible and spoken texts in the main part of the page: text nodes, and attributes that name something.
function shown () {
  const found = new Set()
  const add = (text) => { text = (text ?? '').replace(/\s+/g, ' ').trim(); if (/\p{L}{3}/u.test(text)) found.add(text) }
  const untold = (element) => element.closest('script, style, code, pre, kbd, samp, textarea, svg, [translate=no]') ||
    element.closest('[lang]') !== document.documentElement
  const main = document.querySelector('main') ?? document.body
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) if (!untold(walker.currentNode.parentElement)) add(walker.currentNode.data)
  for (const element of main.querySelectorAll('[alt], [aria-label], [placeholder], [title]'))
    for (const name of ['alt', 'aria-label', 'placeholder', 'title']) if (!untold(element)) add(element.getAttribute(name))
  for (const button of main.querySelectorAll('input[type=submit]')) add(button.value)
  return [...found]
}

export const textsOf = async (page) => new Set(await page.evaluate(shown))

// The texts that the .po files of these folders translate to themselves, such as "IBAN".
export function leftAlone (folders) {
  const texts = new Set()
  for (const folder of folders.filter((one) => fs.existsSync(one)))
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.po')))
      for (const [, from, to] of fs.readFileSync(path.join(folder, file), 'utf8').matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm))
        if (from === to) texts.add(from.replaceAll('\\"', '"'))
  return texts
}

export const wordsOf = (text) => new Set(text.match(LETTERS) ?? [])

// `pages` are the texts of one page in each language, `data` the words of the stored data.
export function untranslated (pages, data, alone) {
  const [first, ...others] = pages
  return [...first].filter((text) => others.every((page) => page.has(text)) && !alone.has(text) && !/\S@\S/.test(text) &&
    text.match(LETTERS).some((word) => !data.has(word)))
}
