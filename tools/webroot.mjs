// SPDX-License-Identifier: EUPL-1.2
// Builds what nginx serves itself: the stylesheet from webroot/css, the icons and htmx from npm's packages, and
// all else as it is. The welcome page is made once for each language, beside the webroot: tools/stack.sh puts the ports in.
// Usage: node tools/webroot.mjs <webroot> <output folder>
import fs from 'node:fs'
import path from 'node:path'
import * as sass from 'sass'

const [source, output] = process.argv.slice(2)
const icons = fs.readFileSync(path.join(source, 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean)

function symbol (name) {
  const svg = fs.readFileSync(`node_modules/bootstrap-icons/icons/${name}.svg`, 'utf8')
  const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>[\s\S]*$/, '').replace(/\s*\n\s*/g, '')
  return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`
}

fs.rmSync(output, { recursive: true, force: true })
fs.cpSync(source, output, { recursive: true, filter: (file) => !/\.(scss|txt)$|\/welcome$/.test(file) })
fs.mkdirSync(path.join(output, 'css'), { recursive: true })
const css = sass.compile(path.join(source, 'css/scopiton.scss'), {
  loadPaths: ['node_modules'],
  style: 'compressed',
  quietDeps: true,
  silenceDeprecations: ['import']
})
fs.writeFileSync(path.join(output, 'css/scopiton.css'), css.css)
fs.mkdirSync(path.join(output, 'js'), { recursive: true })
fs.copyFileSync('node_modules/htmx.org/dist/htmx.min.js', path.join(output, 'js/htmx.min.js'))
fs.writeFileSync(path.join(output, 'icons.svg'),
  `<!-- Bootstrap Icons, MIT licence -->\n<svg xmlns="http://www.w3.org/2000/svg">\n${icons.map(symbol).join('\n')}\n</svg>\n`)

// ---- the welcome page ----

const quoted = (text, name) => [...text.matchAll(new RegExp(`^${name} ((?:".*"\\n?)+)`, 'gm'))].map(([, lines]) => lines.split('\n').filter(Boolean).map((line) => JSON.parse(line)).join(''))

// The translation of each text in a .po file.
function translations (file) {
  const text = fs.readFileSync(file, 'utf8'), ids = quoted(text, 'msgid'), words = quoted(text, 'msgstr')
  return new Map(ids.map((id, i) => [id, words[i]]))
}

function inLanguage (page, language) {
  const file = path.join(source, `welcome/${language}.po`), words = language === 'en' ? null : translations(file)
  const used = new Set()
  const made = page.replace(/\{\{#_\}\}(.*?)\{\{\/_\}\}/g, (_, text) => {
    used.add(text)
    if (words && !words.get(text)) throw new Error(`${file}: this text is not translated: ${text}`)
    return words ? words.get(text) : text
  })
  for (const id of words?.keys() ?? []) if (id && !used.has(id)) throw new Error(`${file}: this text is not in the page: ${id}`)
  return made.replaceAll('@LANGUAGE@', language).replace(`hreflang="${language}" lang`, `hreflang="${language}" aria-current="true" lang`)
}

const page = fs.readFileSync(path.join(source, 'welcome/welcome.html'), 'utf8')
const welcome = path.join(path.dirname(output), 'welcome')
fs.mkdirSync(welcome, { recursive: true })
for (const language of ['fr', 'nl', 'de', 'en']) fs.writeFileSync(path.join(welcome, `${language}.html`), inLanguage(page, language))
