// SPDX-License-Identifier: EUPL-1.2
// `scopiton module check`: its measurements and findings, and that the level is the measured one.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue } from '../support/catalogue.mjs'
import { root, start } from '../support/stack.mjs'

let catalogue, own, stack, packages

before(async () => {
  catalogue = await Catalogue.make('notes', 'guestbook')
  own = new Packages('portal')
  packages = new Packages('notes')
  stack = await start({ modules: own.folder })
  await stack.cli('tenant', 'create', 'stays', '--title', 'Stays')
})
after(async () => { await stack?.stop(); catalogue?.remove(); own?.removeAll(); packages?.removeAll() })

const check = (...args) => stack.cli('module', 'check', ...args)
const finds = (promise, words) => promise.then((said) => assert.match(said, words), (error) => assert.match(error.stdout + error.stderr, words))
const state = () => stack.sql("SELECT GROUP_CONCAT(schema_name ORDER BY 1) FROM information_schema.schemata; SELECT GROUP_CONCAT(User ORDER BY 1) FROM mysql.user; SELECT COUNT(*) FROM scopiton.tenant")

test('a sound package reaches what can be measured here, and nothing of the check is left', async () => {
  const before = await state()
  const said = await check(packages.path('notes'), '--catalogue', catalogue.folder)
  assert.match(said, /^1 {5}loads\n[\s\S]*2 {5}installs for two tenants, and purges[\s\S]*5 {5}upgrades[\s\S]*6 {5}survives/)
  assert.match(said, /3 {5}its own tests pass: not measured \(needs --source\)/)
  assert.match(said, /level 2 of 8, 0 errors, 2 warnings\n$/)
  assert.match(said, /W110 .*docs\/check\.md, W110[\s\S]*W111/)
  assert.equal(await state(), before)
})

test('the same bytes are not measured a second time, unless that is asked for or the catalogue has more', async () => {
  const said = await check(packages.path('notes'), '--catalogue', catalogue.folder)
  assert.match(said, /2 {5}installs[^\n]*\n {6}reached\n5 {5}upgrades[^\n]*\n {6}reached, as measured before \(--again measures\)\n6 {5}survives[^\n]*\n {6}reached, as measured before/)
  assert.match(said, /level 2 of 8, 0 errors, 2 warnings\n$/)
  assert.doesNotMatch(await check(packages.path('notes')), /as measured before/, 'without the catalogue')
  assert.doesNotMatch(await check(packages.path('notes'), '--again'), /as measured before/)
})

test('each published version is upgraded from and gone back to', async () => {
  await catalogue.publish('notes', '1.0.0')
  assert.match(await check(await catalogue.pack('notes', '2.0.0', { from: 'notesc' }), '--catalogue', catalogue.folder), /from 1\.0\.0 and back: 0 rows written since are kept[\s\S]*level 2 of 8, 0 errors/)
})

test('a package that cannot be upgraded to ends the check with status 1, and is not published', async () => {
  await catalogue.publish('guestbook', '1.0.0')
  const index = () => fs.readFileSync(catalogue.index(), 'utf8'), before = index()
  const { scopiton } = await import('../support/catalogue.mjs')
  const file = await catalogue.pack('guestbook', '1.1.0', { folder: (folder) => fs.writeFileSync(path.join(folder, 'migrations/0002_copy.sql'), 'ALTER TABLE entry ADD COLUMN at2 DATETIME NOT NULL DEFAULT UTC_TIMESTAMP();') })
  await assert.rejects(check(file, '--catalogue', catalogue.folder), (error) => error.code === 1 && /E502 {2}.*ALGORITHM=NOCOPY/.test(error.stdout))
  await scopiton('module', 'sign', file, '--key', catalogue.path('scopiton'))
  const publish = (...more) => stack.cli('module', 'publish', file, '--catalogue', catalogue.folder, '--key', catalogue.path('group'), ...more)
  await assert.rejects(publish(), (error) => error.code === 1 && /is not published: the check found \d+ errors/.test(error.stderr))
  assert.equal(index(), before)
})

test('what cannot be published is refused before it is measured', async () => {
  const { scopiton } = await import('../support/catalogue.mjs')
  const file = await catalogue.pack('guestbook', '1.3.0', { manifest: (text) => text.replace('scop="scopiton"', 'scop="nobody"') })
  await scopiton('module', 'sign', file, '--key', catalogue.path('scopiton'))
  await assert.rejects(stack.cli('module', 'publish', file, '--catalogue', catalogue.folder, '--key', catalogue.path('group')),
    (error) => /the catalogue knows no scop 'nobody'/.test(error.stderr) && !/level/.test(error.stdout))
})

test('levels from the sources are kept for the very package, and measured anew by another version of the host', async () => {
  const file = path.join(stack.folder, 'checks', (await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'notes' LIMIT 1")) || 'none')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const version = (await stack.cli('version')).match(/scopiton (\S+)/)[1]
  const hash = (await import('node:child_process')).execFileSync(path.join(process.env.BUILD ?? path.join(root, 'build'), 'libexec/scopiton'), ['check', packages.path('notes')], { encoding: 'utf8' }).match(/[0-9a-f]{32}/)[0]
  const kept = path.join(path.dirname(file), hash)
  fs.writeFileSync(kept, `${version} - --111111\n`)
  assert.match(await check(packages.path('notes')), /3 {5}its own tests pass\n {6}reached, as measured before \(--again measures\)\n[\s\S]*level 8 of 8, 0 errors/)
  fs.writeFileSync(kept, '0.0.1 - --111111\n')
  assert.match(await check(packages.path('notes')), /3 {5}its own tests pass: not measured[\s\S]*level 2 of 8/)
  assert.match(fs.readFileSync(kept, 'utf8'), new RegExp(`^${version} - 11--11--$`, 'm'))
})

test('a module without tests does not reach level 3, and one without tests in C not level 7', async () => {
  const home = fs.mkdtempSync(path.join(stack.folder, 'sources-')), source = path.join(home, 'notes')
  fs.cpSync(path.join(root, 'tests/modules/notes'), source, { recursive: true })
  const told = () => check(packages.path('notes'), '--source', source).then((said) => said, (error) => error.stdout)
  const without = await told()
  assert.match(without, /3 {5}its own tests pass\nE302 {2}it has no tests[^\n]*\n {6}missed/)
  assert.match(without, /7 {5}clean under sanitizers\nE701 {2}it has no tests in C[^\n]*\n {6}missed/)
  fs.mkdirSync(path.join(source, 'tests'))
  fs.writeFileSync(path.join(source, 'tests/notes.test.js'), '')
  const inScript = await told()
  assert.doesNotMatch(inScript, /E302/)
  assert.match(inScript, /E301 {2}its tests: 'make .* test MODULE='notes'/, 'there is no Makefile, so they do not pass either')
  assert.match(inScript, /E701/)
})

test('what is wrong has a code, and the manual explains every code', async () => {
  for (const [module, code] of [['badmigration', 'E201'], ['badstatement', 'E201'], ['nosymbol', 'E101'], ['privateuser', 'E101'], ['crashload', 'E101'], ['exitload', 'E101']]) {
    packages.add(module)
    await finds(check(packages.path(module)), new RegExp(`${code} {2}.*docs/check\\.md, ${code}`))
  }
  await finds(check('/nowhere'), /E101/)
  const cli = path.join(root, 'core/cli'), source = fs.readdirSync(cli).filter((file) => /^check.*\.c$/.test(file)).map((file) => fs.readFileSync(path.join(cli, file), 'utf8')).join('')
  const codes = [...source.matchAll(/"([EW]\d{3})"/g)].map(([, code]) => code), manual = fs.readFileSync(path.join(root, 'docs/check.md'), 'utf8')
  assert.ok(codes.length > 20, `${codes.length} codes found`)
  for (const code of codes) assert.match(manual, new RegExp(`^### (.*, )?${code}(,.*)?$`, 'm'))
})

test('a level in the index is the one that was measured when it was published', async () => {
  const index = () => JSON.parse(fs.readFileSync(catalogue.index(), 'utf8'))
  assert.equal(index().modules.find((one) => one.name === 'guestbook').versions[0].level, 1, 'without a platform no more can be measured')
  const file = await catalogue.pack('guestbook', '1.2.0')
  const sign = (await import('../support/catalogue.mjs')).scopiton
  await sign('module', 'sign', file, '--key', catalogue.path('scopiton'))
  const said = await stack.cli('module', 'publish', file, '--catalogue', catalogue.folder, '--key', catalogue.path('group'))
  assert.match(said, /^level 2 of 8/m, said)
  assert.equal(index().modules.find((one) => one.name === 'guestbook').versions[1].level, Number(said.match(/^level (\d) of 8/m)[1]), said)
  await assert.rejects(stack.cli('module', 'publish', file, '--catalogue', catalogue.folder, '--key', catalogue.path('group'), '--level', '8'), /./)
  // Moved to another channel where less can be measured, the same bytes keep their level.
  await sign('module', 'publish', file, '--catalogue', catalogue.folder, '--channel', 'beta', '--key', catalogue.path('group'))
  assert.deepEqual([index().modules.find((one) => one.name === 'guestbook').versions[1]].map(({ channel, level }) => ({ channel, level })), [{ channel: 'beta', level: 2 }])
})
