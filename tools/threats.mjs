// SPDX-License-Identifier: EUPL-1.2
// Holds the table of threats in ARCHITECTURE.md against the tests: each row says what holds, names tests that are there, and says what does
// not hold. A cell of tests is a list of `FILE`: "NAME"; "NAME", a name as the file has it; a part in braces that a test's name has from
// a list may be any text. Usage: node tools/threats.mjs [folder of the tree]
import fs from 'node:fs'
import path from 'node:path'

const root = process.argv[2] ?? '.'
const mistakes = []
const section = fs.readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8').split('\n## Threats and protection\n')[1]?.split('\n## ')[0] ?? ''
const rows = section.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | ').map((cell) => cell.trim()))
const [head, , ...body] = rows.length > 2 ? rows : [[], []]

// Names of tests in a file: test('...') in any quotes, or functions of a unit test.
const known = new Map()
function names (file) {
  if (!known.has(file)) {
    const text = fs.readFileSync(path.join(root, file), 'utf8')
    const found = file.endsWith('.c') ? [...text.matchAll(/^(\w+)\(void \*\*state\)$/mg)].map(([, name]) => name)
      : [...text.matchAll(/^\s*(?:await )?test\((['"`])((?:\\.|(?!\1).)*)\1/mg)].map(([, , name]) => name.replace(/\\(.)/g, '$1'))
    known.set(file, found.map((name) => new RegExp(`^${name.split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w ]/g, '\\$&')).join('.+')}$`)))
  }
  return known.get(file)
}

if (head.join(' | ') !== 'who, and the boundary | what holds | tests | what does not hold, and why') mistakes.push('the table of threats has other columns')
for (const row of body) {
  const where = `the threat '${row[0].slice(0, 60)}'`
  if (row.length !== 4) { mistakes.push(`${where} has ${row.length} cells`); continue }
  if (!row[1] || !row[3]) mistakes.push(`${where} does not say what holds, or what does not`)
  const lists = [...row[2].matchAll(/`([^`]+)`: ("[^"]+"(?:; "[^"]+")*)/g)]
  if (lists.length === 0 || lists.map(([text]) => text).join(', ') !== row[2]) mistakes.push(`${where}: its tests are not a list of files and names: ${row[2]}`)
  for (const [, file, list] of lists) {
    if (!fs.existsSync(path.join(root, file))) { mistakes.push(`${where}: there is no '${file}'`); continue }
    for (const [, name] of list.matchAll(/"([^"]+)"/g))
      if (!names(file).some((pattern) => pattern.test(name))) mistakes.push(`${where}: '${file}' has no test "${name}"`)
  }
}
for (const mistake of mistakes) console.error(`ARCHITECTURE.md: ${mistake}`)
process.exitCode = mistakes.length > 0 ? 1 : 0
