// SPDX-License-Identifier: EUPL-1.2
// Authors of modules: the tutorial's files work unchanged, and a new module builds, passes its tests and shows a page.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { root, start } from '../support/stack.mjs'

const run = promisify(execFile)
const build = process.env.BUILD ?? path.join(root, 'build')
const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-author-'))

// Removes what the build keeps of a module: an earlier run that was killed has left that of another folder.
function forget (name) {
  const scratch = path.join(build, 'scratch'), databases = fs.existsSync(scratch) ? fs.readdirSync(scratch).filter((one) => one.split(/[-.]/)[0] === name) : []
  for (const one of [`names/${name}`, `tests/modules/${name}`, ...databases.map((one) => `scratch/${one}`)]) fs.rmSync(path.join(build, one), { recursive: true, force: true })
}
after(() => ['dishes', 'meetings'].forEach(forget))

// Builds the module from `sources` into `out`, with the project's own rules.
function make (sources, out, name) {
  forget(name)
  return run('make', ['-s', `BUILD=${build}`, `MODULE_SOURCES=${sources}`, `MODULE_OUT=${out}`, `${out}/${name}/${name}.so`], { cwd: root })
}

async function stackWith (out) {
  fs.cpSync(path.join(build, 'modules/portal'), path.join(out, 'portal'), { recursive: true })
  const stack = await start({ modules: out })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  return stack
}

test('the tutorial\'s files make a module that works', async () => {
  const home = folder()
  const text = fs.readFileSync(path.join(root, 'docs/first-module.md'), 'utf8')
  const blocks = [...text.matchAll(/```\w+ (modules\/\S+)\n([\s\S]*?)```/g)]
  assert.ok(blocks.length >= 8)
  for (const [, name, content] of blocks) {
    fs.mkdirSync(path.dirname(path.join(home, name)), { recursive: true })
    fs.writeFileSync(path.join(home, name), content)
  }
  const out = path.join(home, 'out')
  await make(path.join(home, 'modules'), out, 'dishes')
  const stack = await stackWith(out)
  try {
    await stack.cli('module', 'install', 'dishes', '--tenant', 'acme')
    for (let i = 0; i < 2; i++) {
      const form = { name: 'Stoemp', _key: await stack.key('acme.localhost', '/fr/dishes/') }
      assert.equal((await stack.request('acme.localhost', '/fr/dishes/', { form })).status, 303)
    }
    const { body } = await stack.request('acme.localhost', '/fr/dishes/')
    assert.match(body, /<li>Stoemp: 2 voix<\/li>/)
  } finally {
    await stack.stop()
    fs.rmSync(home, { recursive: true })
  }
})

test('`scopiton new module` writes a module that builds and passes its own tests as it is', async () => {
  const home = folder()
  fs.cpSync(path.join(root, 'modules/guestbook'), path.join(home, 'modules/guestbook'), { recursive: true })
  await run(path.join(build, 'libexec/scopiton'), ['new', 'module', 'meetings', '--scop', 'outils'], { cwd: home })
  const manifest = fs.readFileSync(path.join(home, 'modules/meetings/module.xml'), 'utf8')
  assert.match(manifest, /^<module name="meetings" version="1\.0\.0" scop="outils" license="EUPL-1\.2">$/m)
  assert.match(manifest, /<title>Meetings</)
  assert.doesNotMatch(manifest, /<picture|category/)
  const out = path.join(home, 'out')
  await make(path.join(home, 'modules'), out, 'meetings')
  fs.cpSync(path.join(build, 'modules/portal'), path.join(out, 'portal'), { recursive: true })
  fs.cpSync(path.join(root, 'tests/support'), path.join(home, 'tests/support'), { recursive: true })
  fs.copyFileSync(path.join(root, 'package.json'), path.join(home, 'package.json'))
  for (const link of ['tools', 'nginx', 'migrations']) fs.symlinkSync(path.join(root, link), path.join(home, link))
  const { stdout } = await run('node', ['--test', 'modules/meetings/tests/meetings.test.js'],
    { cwd: home, env: { ...process.env, MODULES_FOLDER: out, NODE_TEST_CONTEXT: undefined } })
  assert.match(stdout, /# pass [1-9]/)
  assert.match(stdout, /# fail 0/)
  const program = path.join(build, 'tests/modules/meetings/tests/meetings_test')
  await run('make', ['-s', `BUILD=${build}`, `MODULE_SOURCES=${path.join(home, 'modules')}`, `MODULE_OUT=${out}`, program], { cwd: root })
  assert.match((await run(program)).stderr, /PASSED {2}\] [1-9]\d* test/)
  fs.rmSync(home, { recursive: true })
})

test('with an installed Scopiton a module is begun, built and checked in an empty folder', async () => {
  const home = folder(), prefix = path.join(home, 'usr'), work = path.join(home, 'work')
  fs.mkdirSync(work)
  await run('make', ['-s', `BUILD=${build}`, `PREFIX=${prefix}`, 'install'], { cwd: root })
  const bare = { PATH: `${prefix}/bin:/usr/bin:/bin`, HOME: home }
  const author = (program, ...args) => run(program, args, { cwd: work, env: bare }).then(({ stdout, stderr }) => ({ ok: true, text: stdout + stderr }), ({ stdout, stderr }) => ({ ok: false, text: stdout + stderr }))
  assert.match((await author('scopiton', 'new', 'loan')).text, /the scop is missing\. Give --scop NAME/)
  assert.match((await author('scopiton', 'new', 'loan', '--scop', 'outils')).text, /^created loan/)
  assert.ok(fs.existsSync(path.join(work, 'loan/tests/loan_test.c')))
  assert.equal(fs.readFileSync(path.join(work, '.gitignore'), 'utf8'), '/build/\n/node_modules/\n/var/\n')
  const built = await author('make')
  assert.ok(built.ok, built.text)
  assert.match((await author('scopiton', 'check', 'build/modules/loan')).text, /loan 1\.0\.0: valid/)
  assert.equal((await author('make')).text.replace(/^make.*Nothing to be done.*\n/, ''), '', 'and nothing is built again')
  // its tests run there, with the real nginx and MariaDB
  const { NODE_TEST_CONTEXT, SCOPITON_TEST, BUILD, ...rest } = process.env
  const tests = { ...rest, PATH: `${prefix}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`, HOME: home }
  const { stdout } = await run('make', ['test'], { cwd: work, env: tests, maxBuffer: 1 << 24 })
  assert.match(stdout, /build\/asan\/tests\/loan\/tests\/loan_test: [1-9]\d* passed, 0 failed/)
  assert.match(stdout, /loan\/tests\/loan\.test\.js: [1-9]\d* passed, 0 failed/)
  const looked = await run('make', ['look', 'MODULE=loan'], { cwd: work, env: tests, maxBuffer: 1 << 24 })
  assert.match(looked.stdout, /1 pages of 1 routes, in 4 languages/)
  // a mistake is found by both
  const handler = path.join(work, 'loan/loan.c'), code = fs.readFileSync(handler, 'utf8')
  fs.writeFileSync(handler, code.replace('scop_field(req, "message"), scop_now', 'scop_field(req, "name"), scop_now'))
  const failed = await run('make', ['test', 'MODULE=loan'], { cwd: work, env: tests }).then(() => null, (error) => error)
  assert.match(failed?.stdout ?? '', /loan_test: [^]*FAILED an_entry_is_stored[^]*loan\.test\.js: [^]*FAILED an entry is stored/)
  fs.writeFileSync(handler, code)
  // pkg-config leads there as well
  fs.rmSync(path.join(work, 'build'), { recursive: true })
  const found = await run('make', [], { cwd: work, env: { PATH: '/usr/bin:/bin', HOME: home, PKG_CONFIG_PATH: `${prefix}/lib/pkgconfig` } })
  assert.match(found.stdout, /loan\.so/)
  // and a mistake is reported as in the tree
  const view = path.join(work, 'loan/views/list.html')
  fs.writeFileSync(view, fs.readFileSync(view, 'utf8').replace('{{#link}}sign', '{{#link}}sing'))
  assert.match((await author('make')).text, /^(\.\/)?loan\/views\/list\.html:\d+: error: no route is named 'sing'/m)
  fs.writeFileSync(view, fs.readFileSync(view, 'utf8').replace('{{#link}}sing', '{{#link}}sign').replace('<h1>', '<h1>{{#_}}Lend it{{/_}} '))
  assert.match((await author('make')).text, /^(\.\/)?loan\/views\/list\.html:\d+: error: 'Lend it' is not translated: i18n\/fr\.po lacks it\. 'scopiton words \.\/loan' adds it/m)
  assert.ok((await author('scopiton', 'words', './loan')).ok)
  assert.ok((await author('make', 'DRAFT=1')).ok)
  assert.match(fs.readFileSync(path.join(work, 'loan/i18n/de.po'), 'utf8'), /msgid "Lend it"\nmsgstr ""/)
  fs.rmSync(home, { recursive: true })
})

test('a mistake of the author is told with file, line and column', async () => {
  const home = folder()
  const broken = async (file, from, to) => {
    const module = path.join(home, 'modules/guestbook')
    fs.rmSync(module, { recursive: true, force: true })
    fs.cpSync(path.join(root, 'modules/guestbook'), module, { recursive: true })
    const text = fs.readFileSync(path.join(module, file), 'utf8')
    assert.ok(text.includes(from))
    fs.writeFileSync(path.join(module, file), text.replace(from, to))
    const out = path.join(home, 'out')
    const error = await run('make', ['-s', `BUILD=${path.join(home, 'build')}`, `MODULE_SOURCES=${path.join(home, 'modules')}`,
      `MODULE_OUT=${out}`, 'modules'], { cwd: root }).then(() => null, (error) => error)
    assert.ok(error, `${file} should not build`)
    return error.stderr + error.stdout
  }
  // The host's own objects are reused.
  fs.cpSync(build, path.join(home, 'build'), { recursive: true, preserveTimestamps: true, filter: (from) => !['scratch', 'screenshots'].includes(path.relative(build, from)) })
  assert.match(await broken('views/list.html', '{{/entries}}', '{{/entry}}'), /list\.html:\d+:\d+: this closes a section that is not open here/)
  assert.match(await broken('views/list.html', '{{#link}}sign', '{{#link}}sing'), /modules\/guestbook\/views\/list\.html:\d+: error: no route is named 'sing'/)
  assert.match(await broken('guestbook.sql', 'SELECT id, name, message, created', 'SELECT *'), /guestbook\.sql:3:\d+: name the columns/)
  assert.match(await broken('guestbook.sql', ':after', ':aftre'), /guestbook\.sql:4:\d+: this argument is not listed/)
  assert.match(await broken('guestbook.sql', 'entry_add (', 'sign ('), /guestbook\.sql:\d+[\s\S]*guestbook\.c:\d+/, 'the compiler names the statement\'s own file')
  assert.match(await broken('guestbook.sql', 'entry_add (', 'return ('), /guestbook\.sql:\d+: 'return' is a word of C/)
  assert.match(await broken('guestbook.sql', 'entry_add (', 'entries ('), /guestbook\.sql:\d+: statement 'entries' has the name of the one at \S+guestbook\.sql:3/)
  assert.match(await broken('guestbook.c', 'entry_add(scop_field(req, "name"), ', 'entry_add('), /too few arguments/)
  assert.match(await broken('i18n/fr.po', 'msgid "Your name"', 'msgid "Your nom"'), /list\.html:\d+: error: 'Your name' is not translated: i18n\/fr\.po lacks it[\s\S]*fr\.po:14: warning: 'Your nom' is in no view/)
  fs.rmSync(home, { recursive: true })
})
