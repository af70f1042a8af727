// SPDX-License-Identifier: EUPL-1.2
// The way out: a job calls what its manifest names, through the broker, and nothing else; whatever the other side does, the job ends.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import zlib from 'node:zlib'
import { Packages, replace } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

let stack, packages, tls, plain, servers = [], heard = []

function certificate (folder, name, subject) {
  const [key, cert] = ['key', 'crt'].map((end) => path.join(folder, `${name}.${end}`))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
    '-days', '2', '-subj', `/CN=${subject}`, '-addext', `subjectAltName=DNS:${subject}`], { stdio: 'ignore' })
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert), file: cert }
}

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))

function answer (request, response) {
  heard.push({ url: request.url, headers: request.headers })
  const { pathname, searchParams } = new URL(request.url, 'http://x')
  const chunk = 'x'.repeat(65536)
  if (pathname === '/hello') return response.end('hello')
  if (pathname === '/missing') return response.writeHead(404).end('no')
  if (pathname === '/echo') return request.pipe(response)
  if (pathname === '/away') return response.writeHead(302, { Location: searchParams.get('to') }).end()
  if (pathname === '/round') return response.writeHead(302, { Location: '/round' }).end()
  if (pathname === '/silent') return undefined
  if (pathname === '/drip') { response.write('a'); return setInterval(() => response.write('a'), 200).unref() }
  if (pathname === '/endless') { const more = () => { while (response.write(chunk)); response.once('drain', more) }; response.on('error', () => {}); return more() }
  if (pathname === '/headers') { // without end, and each one small
    const more = () => { while (response.socket.write(`X-${heard.length}: ${'x'.repeat(1000)}\r\n`)); response.socket.once('drain', more) }
    response.socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\n')
    return more()
  }
  if (pathname === '/bomb') return response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zlib.gzipSync(Buffer.alloc(30_000_000)))
  response.destroy()
}

// The result of a call; each address is used once.
async function call (url, more = {}, seconds = 30) {
  const _key = await stack.key('acme.localhost', '/fr/caller/form')
  assert.equal((await stack.request('acme.localhost', '/fr/caller/form', { form: { _key, url, note: 'a note', ...more } })).status, 303)
  const line = await until(`an answer of ${url}`, () => stack.sql(`SELECT COALESCE(status, 0), size, body, trouble, job_key FROM t1_caller.answer WHERE url = '${url}'`), seconds)
  const [status, size, text, trouble, key] = line.split('\t')
  return { status: Number(status), size: Number(size), text, trouble, key }
}

before(async () => {
  packages = new Packages('portal', 'caller')
  const own = certificate(packages.folder, 'own', 'localhost'), stranger = certificate(packages.folder, 'stranger', 'localhost'), elsewhere = certificate(packages.folder, 'elsewhere', 'elsewhere.example')
  const trusted = path.join(packages.folder, 'trusted.crt')
  fs.writeFileSync(trusted, Buffer.concat([own.cert, elsewhere.cert]))
  plain = http.createServer(answer)
  tls = https.createServer(own, answer)
  const other = https.createServer(stranger, answer), misnamed = https.createServer(elsewhere, answer)
  const ports = { plain: await listen(plain), tls: await listen(tls), stranger: await listen(other), misnamed: await listen(misnamed) }
  servers = [plain, tls, other, misnamed]
  packages.edit('caller', 'module.xml', (text) => text.replace(/<calls host="localhost" port="18443"\/>/,
    Object.values(ports).map((port) => `<calls host="localhost" port="${port}"/>`).join('') + '<calls host="localhost" port="1"/>').replace(/127.0.0.1" port="18443/, `127.0.0.1" port="${ports.tls}`))
  stack = await start({ modules: packages.folder, config: ['private_hosts = localhost', `ca_file = ${trusted}`, 'job_soft_milliseconds = 10000', 'job_hard_milliseconds = 20000'] })
  Object.assign(stack, { ports })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'caller', '--tenant', 'acme')
})
after(async () => {
  for (const server of servers) { server.closeAllConnections(); server.close() }
  await stack?.stop()
  packages?.removeAll()
})

test('a job calls what its manifest names, with TLS that is checked', async () => {
  const got = await call(`https://localhost:${stack.ports.tls}/hello`)
  assert.deepEqual({ ...got, key: got.key.length }, { status: 200, size: 5, text: 'hello', trouble: '', key: 64 })
  const { headers } = heard.find(({ url }) => url === '/hello')
  assert.equal(headers['x-note'], 'a note')
  assert.equal(headers['idempotency-key'], got.key)
  assert.equal((await call(`http://localhost:${stack.ports.plain}/missing`)).status, 404, 'an answer is an answer')
  assert.equal((await call(`https://localhost:${stack.ports.tls}/echo`, { send: 'some words' })).text, 'some words')
})

test('a certificate that nobody vouches for is refused', async () => {
  const got = await call(`https://localhost:${stack.ports.stranger}/hello`)
  assert.equal(got.status, 0)
  assert.match(got.trouble, /certificate/)
})

test('a certificate that is trusted, for another name, is refused', async () => {
  const got = await call(`https://localhost:${stack.ports.misnamed}/hello`)
  assert.equal(got.status, 0)
  assert.match(got.trouble, /certificate/)
})

test('what the manifest does not name, and what is near, is not called', async () => {
  const server = net.createServer(() => assert.fail('somebody came'))
  const unnamed = await listen(server)
  const refused = /may not be called: 'calls' in module\.xml does not name it, or it is a private address/
  for (const url of [`http://localhost:${unnamed}/`, `https://127.0.0.1:${stack.ports.tls}/hello`, 'http://169.254.169.254/latest', 'https://example.org/', `http://[::1]:${unnamed}/`]) {
    const got = await call(url)
    assert.equal(got.status, 0, url)
    assert.match(got.trouble, refused, url)
  }
  server.close()
  for (const line of [/broker.*refused: caller may not call example\.org:443/, /broker.*refused: caller called 127\.0\.0\.1:\d+, which is a private address/])
    await until(`the log has ${line}`, () => line.test(stack.log()))
  for (const url of ['file:///etc/passwd', 'ftp://localhost/', 'gopher://localhost/', 'nonsense']) assert.equal((await call(url)).status, 0, url)
})

test('a redirect is checked like the first address, and followed only when it is asked for', async () => {
  const to = (target) => `https://localhost:${stack.ports.tls}/away?to=${encodeURIComponent(target)}`
  assert.equal((await call(to('/hello'))).status, 302)
  assert.equal((await call(to('/hello?b'), { redirects: 2 })).text, 'hello')
  assert.match((await call(to('https://example.org/x'), { redirects: 2 })).trouble, /may not be called/)
  assert.match((await call(to(`http://localhost:${stack.ports.plain}/hello`), { redirects: 2 })).trouble, /rotocol/, 'never from https to http')
  assert.match((await call(to(`https://127.0.0.1:${stack.ports.tls}/hello`), { redirects: 2 })).trouble, /may not be called/, 'near, though the manifest names it')
  assert.match((await call(to('file:///etc/passwd'), { redirects: 2 })).trouble, /rotocol/)
})

test('redirects that never end are followed as often as was said', async () => {
  const before = heard.length
  const got = await call(`https://localhost:${stack.ports.tls}/away?to=${encodeURIComponent('/round')}`, { redirects: 3 })
  assert.notEqual(got.trouble, '')
  assert.equal(heard.slice(before).filter(({ url }) => url === '/round').length, 3)
})

test('a server that sends without end, slowly, nothing, or a bomb is given up, and the next call works', async () => {
  const at = `https://localhost:${stack.ports.tls}`
  assert.match((await call(`${at}/endless`, { most: 1000000 })).trouble, /larger than 1000000 bytes/)
  assert.notEqual((await call(`${at}/headers`, { seconds: 5 })).trouble, '')
  assert.match((await call(`${at}/bomb`, { most: 1000000 })).trouble, /larger than 1000000 bytes/)
  assert.match((await call(`${at}/silent`, { seconds: 2 })).trouble, /in time/)
  assert.match((await call(`${at}/drip`, { seconds: 2 })).trouble, /in time/)
  assert.notEqual((await call(`${at}/gone`)).trouble, '')
  assert.match((await call('https://localhost:1/')).trouble, /cannot be reached/)
  assert.equal((await call(`${at}/hello?again`)).text, 'hello')
})

test('a header cannot smuggle another one in', async () => {
  const got = await call(`https://localhost:${stack.ports.tls}/hello?smuggle`, { note: 'a\nX-Evil: 1' })
  assert.equal(got.status, 0)
  assert.match(got.trouble, /line break/)
})

test('a visitor never waits for another system', async () => {
  assert.equal((await stack.request('acme.localhost', '/fr/caller/')).status, 500)
  await until('the log says so', () => /scop_http outside a job/.test(stack.log()))
})

test('a broker that was killed is started again; until then a call says so', async () => {
  await replace(stack, 'broker', 'SIGKILL')
  assert.equal((await call(`https://localhost:${stack.ports.tls}/hello?back`)).text, 'hello')
})

test('who is no module that may call is not let through, whatever is said', async () => {
  const socket = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1] + '/out'
  const say = (...parts) => new Promise((resolve) => {
    const connection = net.connect(socket)
    const got = []
    connection.on('data', (part) => { got.push(part); if (parts.length) connection.write(parts.shift()) })
    connection.on('close', () => resolve(Buffer.concat(got)))
    connection.on('error', () => resolve(Buffer.concat(got)))
    setTimeout(() => connection.destroy(), 2000)
    connection.write(parts.shift())
  })
  const greeting = Buffer.from([5, 1, 2]), as = (name) => Buffer.concat([Buffer.from([1, name.length]), Buffer.from(name), Buffer.from([1, 45])])
  for (const name of ['x', '../../../etc/passwd', '0'.repeat(32), 'a'.repeat(255)]) assert.deepEqual([...await say(greeting, as(name))].slice(0, 4), [5, 2, 1, 1], name)
  for (const rubbish of [Buffer.from([4, 1, 0, 80]), Buffer.from([5, 1, 0]), Buffer.from('GET / HTTP/1.0\r\n\r\n'), Buffer.alloc(5000, 255), Buffer.from([5])])
    assert.ok((await say(rubbish)).length <= 2)
  if (process.getuid() === 0) {
    const hash = await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'caller'")
    assert.deepEqual([...await say(greeting, as(hash))].slice(0, 4), [5, 2, 1, 1], 'the kernel says who it is')
  }
  assert.ok(stack.service('broker'))
})

// Opens connections to the broker, sends the beginning of a greeting and then a byte of it each second; tells how many are open.
const CROWD = `
import os, socket, sys, time
os.setuid(int(sys.argv[2]))
ends = []
for i in range(int(sys.argv[3])):
    end = socket.socket(socket.AF_UNIX)
    end.connect(sys.argv[1])
    end.sendall(b'\\x05\\xff')
    ends.append(end)
print('connected', flush=True)
for second in range(60):
    time.sleep(1)
    still = []
    for end in ends:
        try:
            end.sendall(b'\\x00')
            still.append(end)
        except OSError:
            pass
    ends = still
    print(len(ends), flush=True)
`

test('a module that holds connections open has its share of them, and not for long', { skip: process.getuid() !== 0 && 'needs user ids' }, async () => {
  const child = spawn('/usr/bin/python3', ['-c', CROWD, `${stack.folder}/run/out`, '29999', '250'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = []
  child.stdout.on('data', (text) => said.push(...String(text).trim().split('\n')))
  try {
    await until('they are connected', () => said[0] === 'connected')
    await until('it is refused more', () => /broker.*refused: 50 connections of user 29999 are open, and 50 in all/.test(stack.log()))
    assert.equal((await call(`https://localhost:${stack.ports.tls}/hello?beside`)).text, 'hello')
    await until('its greeting has taken too long', () => said.at(-1) === '0', 15)
    assert.ok(said.length <= 9, `${said.length} seconds`)
  } finally {
    child.kill()
  }
})
