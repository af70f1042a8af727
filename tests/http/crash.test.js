// SPDX-License-Identifier: EUPL-1.2
// A crash of a module is reported with function, file and line: in the log, and in development on the error page.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const host = 'acme.localhost'
const source = fs.readFileSync(path.join(root, 'tests/modules/crashline/crashline.c'), 'utf8').split('\n')
const lineOf = (mark) => source.findIndex((line) => line.includes(`/* mark: ${mark} */`)) + 1
let stack, packages

const SANITIZED = process.env.SANITIZED && 'a sanitizer has handlers of its own, which say more'

before(async () => {
  packages = new Packages('portal', 'crashline')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'crashline', '--tenant', 'acme')
  await until('it is there', async () => (await stack.request(host, '/fr/crashline/')).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const escaped = (text) => text.replace(/[().+]/g, '\\$&')

test('a crash is logged with module, version, function, file and line, and the error page of development shows it', { skip: SANITIZED }, async () => {
  for (const [route, place, callers] of [
    ['null', `read_through (crashline.c:${lineOf('null')})`, `null_pointer (crashline.c:${lineOf('null\'s caller')})`],
    ['endless', 'descend (crashline.c:', `descend (crashline.c:${lineOf('endless\'s caller')})`],
    ['abort', `give_up (crashline.c:${lineOf('abort')})`],
    ['host', `wrong_argument (crashline.c:${lineOf('in the host')})`],
    ['nowhere', `no_function (crashline.c:${lineOf('no function')})`]
  ]) {
    const { status, body } = await stack.request(host, `/fr/crashline/${route}`)
    assert.equal(status, 503, route)
    const line = new RegExp(`module crashline 1\\.0\\.0 crashed in ${escaped(place)}.*path=/fr/crashline/${route}\\)`)
    await until(`${route} is told`, () => line.test(stack.log())).catch(() => assert.fail(stack.log().split('\n').filter((one) => /crash/.test(one)).join('\n')))
    if (callers) assert.ok(stack.log().match(line)[0].includes(`called by ${callers}`))
    assert.match(body, /<p>Module <b>crashline<\/b> crashed: /, 'the page has it when it comes')
    assert.ok(body.includes(`<li><code>${place}`))
    for (let i = 0; i < 4; i++) await stack.request(host, '/fr/crashline/') // else most of its requests crash, and it goes out of service
  }
})

test('the operator sees in the list of companies how often requests crashed', async () => {
  await stack.cli('tenant', 'create', 'scop', '--title', 'La Scop', '--language', 'en', '--operator')
  const headers = { Cookie: await stack.signIn('scop') }
  const list = async () => (await stack.request('scop-portal.localhost', '/portal/tenants', { headers })).body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  const crashes = async () => Number((await list()).match(/Acme acme\.localhost .*?(\d+) crash(?:es)? in 7 days/)?.[1] ?? 0)
  const before = await crashes()
  assert.equal((await stack.request(host, '/fr/crashline/abort')).status, 503)
  await until('one more', async () => await crashes() > before, 20)
  assert.match((await stack.request('scop-portal.localhost', '/portal/requests', { headers })).body, /1 company needs attention/)
  assert.match(await list(), /La Scop scop\.localhost [^L]*All fine/)
  await stack.sql("UPDATE scopiton.crash SET day = day - INTERVAL 7 DAY")
  assert.equal(await crashes(), 0, 'those of a week ago are over')
})

test('a crash of a POST too', { skip: SANITIZED }, async () => {
  const { status, body } = await stack.request(host, '/fr/crashline/', { form: { _key: await stack.key(host, '/fr/crashline/') } })
  assert.equal(status, 503)
  assert.ok(body.includes(`<li><code>ask (crashline.c:${lineOf('post')})</code></li>`), body)
})

test('where there is no debug information the place in the file is told', { skip: SANITIZED }, async () => {
  packages.edit('crashline', 'crashline.so', (bytes) => bytes.replaceAll('.debug_', '.dibug_'))
  await stack.cli('module', 'install', 'crashline', '--tenant', 'acme')
  await until('it is told', async () => {
    await stack.request(host, '/fr/crashline/null')
    return /module crashline 1\.0\.0 crashed in crashline\.so\+0x[0-9a-f]+: /.test(stack.log())
  })
})

test('without development = yes the page says nothing of it, and the log still does', { skip: SANITIZED }, async () => {
  const file = path.join(stack.folder, 'scopiton.conf')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('development = yes', 'development = no'))
  fs.writeFileSync(path.join(stack.folder, 'nginx.conf'), await stack.cli('nginx'))
  process.kill(stack.pid('nginx'), 'SIGHUP')
  process.kill(stack.pid('supervisor'), 'SIGHUP')
  const told = () => stack.log().split('\n').filter((line) => /crashed in .*path=\/fr\/crashline\/abort/.test(line)).length
  await until('both know', async () => {
    const before = told(), { status, body } = await stack.request(host, '/fr/crashline/abort')
    assert.equal(status, 503)
    return !/crashed/.test(body) && told() > before
  })
})
