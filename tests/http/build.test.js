// SPDX-License-Identifier: EUPL-1.2
// A change rebuilds only what depends on it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../support/stack.mjs'

const run = promisify(execFile)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-build-'))
const build = path.join(home, 'build'), sources = path.join(home, 'modules')

// The files that make reports, below the build's folder; in the way that V=1 of the whole run would change.
async function make (...args) {
  const { stdout } = await run('make', ['V=', `BUILD=${build}`, `MODULE_SOURCES=${sources}`, ...args], { cwd: root })
  return stdout.split('\n').filter((line) => /^ {2}\S+\.o$|^ {2}\S+\.so(\.1)?$|^ {2}libexec/.test(line)).map((line) => line.trim()).sort()
}
const edit = (file, from, to) => {
  const name = path.join(sources, 'guestbook', file), text = fs.readFileSync(name, 'utf8')
  assert.ok(text.includes(from))
  fs.writeFileSync(name, text.replace(from, to))
}
const changed = (file) => ['-W', file, 'all']

before(async () => {
  fs.cpSync(process.env.BUILD ?? path.join(root, 'build'), build, { recursive: true, preserveTimestamps: true })
  fs.cpSync(path.join(root, 'modules/guestbook'), path.join(sources, 'guestbook'), { recursive: true })
  fs.symlinkSync(path.join(root, 'modules/shop'), path.join(sources, 'shop'))
  await make('all')
})
after(() => fs.rmSync(home, { recursive: true }))

test('nothing changed, nothing is built', async () => {
  assert.deepEqual(await make('all'), [])
})

test('a line of C compiles its file alone, and links its module alone', async () => {
  edit('guestbook.c', '#include "names.h"', '#include "names.h"\n')
  assert.deepEqual(await make('all'), ['modules/guestbook/guestbook.so', 'names/guestbook/guestbook.o', 'names/guestbook/guestbook.so'])
  assert.deepEqual(await make(...changed(path.join(sources, 'shop/shop_cart.c'))), ['modules/shop/shop.so', 'names/shop/shop.so', 'names/shop/shop_cart.o'])
})

test('a view or a translation compiles the names alone', async () => {
  const names = ['modules/guestbook/guestbook.so', 'names/guestbook/guestbook.so', 'names/guestbook/names.o']
  edit('views/list.html', '{{/main}}', '<!-- --></main>{{/main}}')
  assert.deepEqual(await make('all'), names)
  edit('i18n/fr.po', 'Signer', 'Contresigner')
  assert.deepEqual(await make('all'), names)
})

test('a new view is one more name, which the module\'s files see', async () => {
  fs.writeFileSync(path.join(sources, 'guestbook/views/more.html'), '<p></p>\n')
  assert.deepEqual(await make('all'), ['modules/guestbook/guestbook.so', 'names/guestbook/guestbook.o', 'names/guestbook/guestbook.so', 'names/guestbook/names.o'])
  fs.rmSync(path.join(sources, 'guestbook/views/more.html'))
  assert.equal((await make('all')).length, 4, 'and so is one that is gone')
})

test('the manual or a migration is copied, and nothing compiled', async () => {
  fs.appendFileSync(path.join(sources, 'guestbook/README.md'), '\n')
  assert.deepEqual(await make('all'), ['modules/guestbook/guestbook.so'])
})

test('the command line and the installer make no module anew', async () => {
  assert.deepEqual(await make(...changed('core/cli/job.c')), ['libexec/scopiton', 'obj/core/cli/job.o'])
  assert.deepEqual(await make(...changed('core/installer/life.c')), ['libexec/scopiton', 'obj/core/installer/life.o'])
})

test('what a program is made of is linked again where it was compiled before', async () => {
  const mailer = fs.readFileSync(path.join(build, 'lists/MAILER'), 'utf8').trim()
  assert.deepEqual(await make('all', `MAILER=${mailer} core/process/arguments.c`), ['libexec/scopiton-mailer'])
  assert.deepEqual(await make('all'), ['libexec/scopiton-mailer'], 'and so without it')
})

test('names follow the headers that say what they are', async () => {
  for (const names of ['names/frame/names', 'names/guestbook/names']) {
    const object = [path.join(build, `${names}.o`), '-o', path.join(build, 'libexec/scopiton-names')]
    assert.deepEqual(await make(...object, '-W', path.join(build, `${names}.c`)), [`${names}.o`])
    assert.deepEqual(await make(...object, '-W', 'core/include/scopiton/module.h'), [`${names}.o`])
  }
})

test('other flags compile again what is compiled with them', async () => {
  const objects = ['obj/core/base/csv.o', 'names/guestbook/guestbook.o']
  const made = await make(...objects.map((one) => path.join(build, one)), 'SANITIZE=-fno-omit-frame-pointer')
  for (const one of objects) assert.ok(made.includes(one), one)
})
