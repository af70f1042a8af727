// SPDX-License-Identifier: EUPL-1.2
// Holds the includes of core/ against the floors drawn in ARCHITECTURE.md: arrows run down only, and there is no circle of files.
// Usage: node tools/includes.mjs [folder of the tree]
import fs from 'node:fs'
import path from 'node:path'

const root = process.argv[2] ?? '.'
const drawing = fs.readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8').match(/```floors\n([^`]+)```/)
const floors = new Map(drawing[1].trim().split('\n').flatMap((line, i) => line.trim().split(/\s+/).map((folder) => [folder, i])))
const mistakes = []

const files = fs.readdirSync(path.join(root, 'core'), { recursive: true })
  .filter((file) => /\.[ch]$/.test(file) && !file.startsWith('include/'))
const includes = new Map()
for (const file of files) {
  const lines = fs.readFileSync(path.join(root, 'core', file), 'utf8').split('\n')
  const folder = file.split('/')[0]
  const found = []
  if (!floors.has(folder)) mistakes.push(`core/${file}: ARCHITECTURE.md draws no folder '${folder}'`)
  for (const [i, line] of lines.entries()) {
    const [, header] = line.match(/^#include "([^"]+)"/) ?? []
    if (!header || header.startsWith('scopiton/')) continue
    const other = header.split('/')[0]
    if (!fs.existsSync(path.join(root, 'core', header))) mistakes.push(`core/${file}:${i + 1}: there is no '${header}'`)
    else if (other !== folder && !(floors.get(other) > floors.get(folder))) mistakes.push(`core/${file}:${i + 1}: '${other}' is not below '${folder}'`)
    found.push(header)
  }
  includes.set(file, found)
}

// A file and its headers are one: x.c, x.h, x_private.h. A circle is found by going as deep as it goes.
const unit = (file) => file.replace(/(_private)?\.[ch]$/, '')
const graph = new Map()
for (const [file, found] of includes) {
  const edges = graph.get(unit(file)) ?? new Set()
  for (const header of found) if (unit(header) !== unit(file)) edges.add(unit(header))
  graph.set(unit(file), edges)
}
const state = new Map()
function visit (name, trail) {
  if (state.get(name) === 'done') return
  if (state.get(name) === 'open') {
    mistakes.push(`core: a circle of files: ${[...trail.slice(trail.indexOf(name)), name].join(' > ')}`)
    return
  }
  state.set(name, 'open')
  for (const other of graph.get(name) ?? []) visit(other, [...trail, name])
  state.set(name, 'done')
}
for (const name of graph.keys()) visit(name, [])

for (const mistake of mistakes) console.error(mistake)
process.exit(mistakes.length > 0 ? 1 : 0)
