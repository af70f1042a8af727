// SPDX-License-Identifier: EUPL-1.2
// Level 4 of `module check` requires that every page was opened, with rows on it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Packages, build } from '../fault/faults.mjs'
import { root } from '../support/stack.mjs'

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-look-')), folder = path.join(home, 'lending')
let packages

before(() => {
  packages = new Packages('portal', 'lending')
  fs.cpSync(path.join(root, 'tests/modules/lending'), folder, { recursive: true })
})
after(() => { packages.removeAll(); fs.rmSync(home, { recursive: true }) })

const look = () => promisify(execFile)('node', ['tools/look.mjs', folder], { cwd: root, env: { ...process.env, BUILD: build, MODULES_FOLDER: packages.folder, NODE_TEST_CONTEXT: undefined } })
  .then(({ stdout, stderr }) => ({ status: 0, text: stdout + stderr }), ({ code, stdout, stderr }) => ({ status: code, text: stdout + stderr }))

test('a page that nothing with rows leads to is a fault', async () => {
  const { status, text } = await look()
  assert.equal(status, 1, text)
  assert.match(text, /GET \/t\/\{tool\} \(site\): not looked at: no page with rows links to it/)
  assert.match(text, /3 pages of 4 routes/)
})

test('a button without a name, a picture that is not there, an input without a label, a link to nowhere and an untranslated text are faults', async () => {
  fs.mkdirSync(path.join(folder, 'tests'))
  fs.writeFileSync(path.join(folder, 'tests/sample.sql'), "INSERT INTO tool (title) VALUES ('Drill');\n")
  // the view as it stands in the shared object, with bytes of the same length that break it
  const bad = '<button class="btn"></button><img src="/x.png"><input name="nolabel"><p>Bring it back</p><a href="/fr/lending/nowhere">Drill</a>'
  packages.edit('lending', 'lending.so', (text) => text.replace(/<form class="form" method="post" action="\{\{#link\}\}ask tool=number[^]*?<\/form>/, (form) => bad.padEnd(form.length, ' ')))
  const { status, text } = await look()
  assert.equal(status, 1, text)
  assert.match(text, /4 pages of 4 routes/, 'the sample has a row, so each page is looked at')
  assert.doesNotMatch(text, /not looked at/)
  assert.match(text, /\/fr\/lending\/t\/1, fr: it loads \/x\.png, which answers 404/)
  assert.match(text, /\/fr\/lending\/t\/1, fr: the picture \/x\.png is broken/)
  assert.match(text, /\/fr\/lending\/t\/1, fr: [^]*button-name: <button class="btn">/)
  assert.match(text, /image-alt: [^]*label: <input name="nolabel">/)
  assert.match(text, /\/fr\/lending\/t\/1: not translated: "Bring it back"/)
  assert.match(text, /\/fr\/lending\/t\/1: its link to \/fr\/lending\/nowhere answers 404/)
  assert.doesNotMatch(text, /not translated: "Drill"/)
})
