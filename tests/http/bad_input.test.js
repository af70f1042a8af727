// SPDX-License-Identifier: EUPL-1.2
// Hostile input: too long, truncated, wrongly encoded, from another origin, twice. Against the real nginx and worker.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import zlib from 'node:zlib'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'

const host = 'acme.localhost'
const page = '/fr/guestbook/'
const BODY_MAX = 100000
const urlencoded = 'application/x-www-form-urlencoded'
const guestbooks = {} // databases, by tenant
let stack

before(async () => {
  stack = await start({ config: [`body_max = ${BODY_MAX}`] })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    await stack.cli('module', 'install', 'guestbook', '--tenant', tenant)
    guestbooks[tenant] = await stack.sql(`SELECT CONCAT('t', id, '_guestbook') FROM scopiton.tenant WHERE name = '${tenant}'`)
    await until('its guestbook serves', async () => (await stack.request(`${tenant}.localhost`, page)).status === 200)
  }
})
after(() => stack?.stop())

const counts = async () => (await stack.sql(`SELECT COUNT(*) FROM ${guestbooks.acme}.entry UNION ALL SELECT COUNT(*) FROM ${guestbooks.beta}.entry`))
  .split('\n').map(Number)
const entries = async () => (await counts())[0]

// Does it, and holds that no tenant's guestbook has grown.
async function storesNothing (act) {
  const before = await counts()
  const answer = await act()
  assert.deepEqual(await counts(), before, 'something was stored')
  return answer
}

async function stillServes () {
  assert.equal((await stack.request(host, page)).status, 200)
}

const key = () => stack.key(host, page)

// Posts `body` (a string or bytes) unchanged.
function post (body, type, headers = {}, to = host) {
  return stack.request(to, page, { method: 'POST', body, headers: { 'Content-Type': type, ...headers } })
}

const status = (answer) => Number((answer.match(/^HTTP\/1\.[01] (\d{3})/) ?? [])[1])
const raw = (line, headers = [`Host: ${host}`], body = '') =>
  stack.raw([line, ...headers, 'Connection: close', '', body].join('\r\n'))

// The answer to a body that nginx refuses; it lingers for the rest of the body, so we do not wait for it to close.
function tooLarge () {
  return new Promise((resolve, reject) => {
    const socket = net.connect(stack.port, '127.0.0.1')
    let answer = ''
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.on('data', (data) => {
      answer += data
      if (answer.includes('</html>')) socket.destroy()
    })
    socket.write(`POST ${page} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${urlencoded}\r\nContent-Length: 10485761\r\n\r\n`)
  })
}

// ---- bodies ----

test('a body over nginx\'s limit is 413', async () => {
  const answer = await storesNothing(tooLarge)
  assert.equal(status(answer), 413)
  await stillServes()
})

test('a body over the worker\'s limit is 413, one at the limit is read', async () => {
  const fill = (size, text) => text + 'x'.repeat(size - text.length)
  const form = `_key=${await key()}&name=a&message=b&more=`
  const over = await storesNothing(() => post(fill(BODY_MAX + 1, form), urlencoded))
  assert.equal(over.status, 413)
  assert.equal((await post(fill(BODY_MAX, form), urlencoded)).status, 303)
})

const part = (name, value) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const multipart = (fields) => Object.entries(fields).map(([name, value]) => part(name, value)).join('') + '--b--\r\n'

test('a whole multipart form is stored', async () => {
  const before = await entries()
  const answer = await post(multipart({ _key: await key(), name: 'Zoé', message: 'a\r\n--bother' }), 'multipart/form-data; boundary="b"')
  assert.equal(answer.status, 400, 'a line that begins like the boundary ends the part')
  const good = await post(multipart({ _key: await key(), name: 'Zoé', message: 'whole' }), 'multipart/form-data; boundary="b"')
  assert.equal(good.status, 303)
  assert.equal(await entries(), before + 1)
})

test('broken multipart is 400 and stores nothing', async () => {
  const form = { _key: await key(), name: 'a', message: 'b' }
  const whole = multipart(form)
  const cases = {
    'no boundary in the type': [whole, 'multipart/form-data'],
    'an empty boundary': [whole, 'multipart/form-data; boundary='],
    'a boundary of 71 characters': [whole.replaceAll('--b', '--' + 'b'.repeat(71)), 'multipart/form-data; boundary=' + 'b'.repeat(71)],
    'another boundary': [whole, 'multipart/form-data; boundary=c'],
    'cut in the last part': [whole.slice(0, -10)],
    'cut in a header': [whole.slice(0, whole.indexOf('form-data; name="message"') + 5)],
    'cut behind a header': [whole.slice(0, whole.indexOf('\r\n\r\nb') + 2)],
    'no closing boundary': [whole.replace(/--b--\r\n$/, '')],
    'a part without a name': [part('x', 'y').replace('; name="x"', '') + whole],
    'a part without a disposition': ['--b\r\nContent-Type: text/plain\r\n\r\ny\r\n' + whole],
    'a name that is not closed': [part('x', 'y').replace('name="x"', 'name="x') + whole],
    'a name of 65 bytes': [part('x'.repeat(65), 'y') + whole],
    'a header without an end': ['--b\r\nContent-Disposition: form-data; name="x"' + 'y'.repeat(5000) + whole],
    'a blank line only after 5,000 bytes of header': ['--b\r\nContent-Disposition: form-data; name="x"; y="' + 'y'.repeat(5000) + '"\r\n\r\nz\r\n' + whole],
    '10,000 fields': [part('x', '').repeat(1500) + whole],
    'nothing': ['\r\n']
  }
  for (const [words, [body, type = 'multipart/form-data; boundary=b']] of Object.entries(cases)) {
    assert.ok(Buffer.byteLength(body) <= BODY_MAX, words)
    const answer = await storesNothing(() => post(body, type))
    assert.equal(answer.status, 400, words)
  }
  await stillServes()
})

test('more than 1,000 fields in a form are 400', async () => {
  const answer = await storesNothing(async () => post(`_key=${await key()}&name=a&message=b` + '&x=1'.repeat(10000), urlencoded))
  assert.equal(answer.status, 400)
})

test('a form of another content type is refused', async () => {
  const form = `_key=${await key()}&name=a&message=b`
  for (const type of ['text/plain', 'application/json', 'application/octet-stream', 'nonsense', '']) {
    const answer = await storesNothing(() => post(form, type))
    assert.ok([400, 415].includes(answer.status), `${type}: ${answer.status}`)
  }
})

test('a content type is read whatever its case', async () => {
  for (const type of ['Application/X-WWW-Form-URLEncoded', 'APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8']) {
    assert.equal((await post(`_key=${await key()}&name=a&message=b`, type)).status, 303, type)
  }
})

test('what is no text is refused, and nothing is stored', async () => {
  const wrong = { 'a lone byte': '%ff', 'a cut sequence': '%c3', 'an overlong slash': '%c0%af', 'a surrogate': '%ed%a0%80',
    'past the last character': '%f4%90%80%80', NUL: 'a%00b', 'a bell': 'a%07b', 'an escape': '%1b[31m', DEL: 'a%7fb', 'a line break': 'a%0ab' }
  for (const [words, text] of Object.entries(wrong)) {
    const answer = await storesNothing(async () => post(`_key=${await key()}&message=b&name=${text}`, urlencoded))
    assert.ok([400, 422].includes(answer.status), `${words}: ${answer.status}`)
    if (words === 'a line break') continue // a message may have several lines
    const long = await storesNothing(async () => post(`_key=${await key()}&name=b&message=${text}`, urlencoded))
    assert.ok([400, 422].includes(long.status), `${words}: ${long.status}`)
  }
  const bytes = Buffer.concat([Buffer.from(multipart({ _key: await key(), name: 'b' }).replace('--b--\r\n', '') +
    '--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n'), Buffer.from([0xff, 0x00, 0xfe]), Buffer.from('\r\n--b--\r\n')])
  const answer = await storesNothing(() => post(bytes, 'multipart/form-data; boundary=b'))
  assert.ok([400, 422].includes(answer.status))
})

test('text longer than its field is refused, by characters and not by bytes', async () => {
  assert.equal((await storesNothing(async () => stack.request(host, page, { form: { _key: await key(), name: 'é'.repeat(81), message: 'b' } }))).status, 422)
  const huge = await storesNothing(async () => stack.request(host, page, { form: { _key: await key(), name: 'x'.repeat(5 << 20), message: 'b' } }))
  assert.equal(huge.status, 413, 'a name of 5 MB, in a form that takes no files')
  assert.match(huge.body, /trop (grand|lourd|volumineux|long)/)
  const large = await storesNothing(async () => stack.request(host, page, { form: { _key: await key(), name: 'x'.repeat(50000), message: 'b' } }))
  assert.equal(large.status, 422)
  assert.match(large.body, /<html lang="fr"/)
  assert.equal((await stack.request(host, page, { form: { _key: await key(), name: '😀'.repeat(80), message: 'b' } })).status, 303)
})

test('a client that announces more than it sends stores nothing, and the worker still serves', async () => {
  const form = `_key=${await key()}&name=a&message=b`
  await storesNothing(async () => {
    for (const length of [form.length + 1, 5000, 90000]) {
      const socket = net.connect(stack.port, '127.0.0.1')
      socket.on('error', () => {})
      await new Promise((resolve) => socket.write(`POST ${page} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${urlencoded}\r\n` +
        `Content-Length: ${length}\r\n\r\n${form}`, resolve))
      socket.end()
      await new Promise((resolve) => { socket.on('close', resolve); socket.resume() })
    }
  })
  await stillServes()
})

test('a chunked form is stored once, one that ends too early never', async () => {
  const form = `_key=${await key()}&name=a&message=chunked`
  const head = [`Host: ${host}`, `Content-Type: ${urlencoded}`, 'Transfer-Encoding: chunked']
  const chunk = `${form.length.toString(16)}\r\n${form}\r\n`
  await storesNothing(async () => {
    const socket = net.connect(stack.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.end(`POST ${page} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${chunk}`)
    await new Promise((resolve) => { socket.on('close', resolve); socket.resume() })
  })
  const before = await entries()
  assert.equal(status(await raw(`POST ${page} HTTP/1.1`, head, chunk + '0\r\n\r\n')), 303)
  assert.equal(await entries(), before + 1)
})

test('a length that contradicts itself is refused', async () => {
  const form = `_key=${await key()}&name=a&message=b`
  for (const headers of [[`Content-Length: ${form.length}`, 'Content-Length: 3'], ['Content-Length: -1'], ['Content-Length: x'],
    [`Content-Length: ${form.length}`, 'Transfer-Encoding: chunked'], ['Content-Length: 99999999999999999999']]) {
    const answer = await storesNothing(() => raw(`POST ${page} HTTP/1.1`, [`Host: ${host}`, `Content-Type: ${urlencoded}`, ...headers], form))
    assert.ok([400, 413, 501].includes(status(answer)), `${headers}: ${status(answer)}`)
  }
})

// ---- hosts ----

test('a host name that is nobody\'s gets 404 or 400', async () => {
  for (const [name, expected] of [['nobody.localhost', 404], ['x'.repeat(126), 404], ['a.'.repeat(63) + 'b', 404], ['acme.localhost.evil', 404],
    ['evil.acme.localhost', 404], ['-', 404], ['../acme.localhost', 400], ['acme.localhost/../beta.localhost', 400], ['..', 400],
    ['acme..localhost', 400], ['acme.localhost%00', 404], ['acme\tlocalhost', 400], ['%61cme.localhost', 404], ['[::1]', 404], ['_', 404]]) {
    const answer = status(await raw(`GET ${page} HTTP/1.1`, [`Host: ${name}`]))
    assert.ok([400, 404].includes(answer), `'${name.slice(0, 40)}' got ${answer}`)
    if (expected === 400) assert.equal(answer, 400, `'${name}'`)
  }
})

test('a request without a host gets no tenant', async () => {
  assert.equal(status(await raw(`GET ${page} HTTP/1.1`, [])), 400)
  assert.equal(status(await raw(`GET ${page} HTTP/1.0`, [])), 404)
  assert.equal(status(await raw(`GET ${page} HTTP/1.1`, [`Host: ${host}`, 'Host: beta.localhost'])), 400)
})

test('a host name counts whatever its case, its port and its last dot', async () => {
  for (const name of ['ACME.localhost', 'Acme.LocalHost', `acme.localhost:${stack.port}`, 'acme.localhost:81', 'acme.localhost.']) {
    assert.equal(status(await raw(`GET ${page} HTTP/1.1`, [`Host: ${name}`])), 200, name)
  }
})

test('headers of a proxy cannot choose the tenant', async () => {
  await stack.request('beta.localhost', page, { form: { _key: await stack.key('beta.localhost', page), name: 'Beta alone', message: 'b' } })
  for (const name of ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Server', 'X-Host', 'X-Original-Host', 'Forwarded', 'X-Original-URL',
    'X-Rewrite-URL', 'HTTP-HOST', 'HTTP_HOST', 'Http-Host', 'Server-Name', 'Document-Uri', 'X-Accel-Redirect', 'X-Tenant']) {
    const answer = await stack.request(host, page, { headers: { [name]: name === 'Forwarded' ? 'host=beta.localhost' : 'beta.localhost' } })
    assert.equal(answer.status, 200, name)
    assert.match(answer.body, /– acme<\/title>/, name)
    assert.doesNotMatch(answer.body, /Beta alone/, name)
  }
})

test('the address in the request line chooses the tenant, before the header (RFC 9112, section 3.2.2)', async () => {
  const answer = await raw(`GET http://acme.localhost${page} HTTP/1.1`, ['Host: beta.localhost'])
  // nginx chose pool, limits and cache entry by "acme"; a worker that answers for "beta" fills acme's cache with beta's files.
  assert.equal(status(answer), 200)
  assert.match(answer, /acme<\/title>/)
})

// ---- paths ----

test('a path with tricks leads nowhere else', async () => {
  const tricks = ['/../../etc/passwd', '/fr/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/_/../secrets/.db', '/_/%2e%2e/%2e%2e/secrets/.db',
    '/_/000000000000/../../secrets/.db', '/_/000000000000/..%2f..%2f..%2fsecrets/.db', '/_/..%5c..%5csecrets', '/_../secrets/.db', '/_//etc/passwd',
    '/fr/guestbook/..;/portal/', '/fr/guestbook/%00', '/fr/guestbook/%0a', '/fr/guestbook/%0d%0aX-Evil:%201', '/fr/guestbook/%c0%ae%c0%ae/',
    '/fr/guestbook/%ff', '/fr/guestbook/%ed%a0%80', '/fr/guestbook/%7f', '/fr/fr/guestbook/', '/fr/guestbook/guestbook/', '/-/', '/t/acme.localhost/guestbook/',
    '/_error/503.html', '/fr/portal/', '/fr/guestbook/' + 'x'.repeat(1900), '/fr/guestbook/' + 'x'.repeat(10000)]
  for (const trick of tricks) {
    const answer = await raw(`GET ${trick} HTTP/1.1`)
    const code = status(answer)
    assert.ok([400, 404, 414].includes(code), `${trick.slice(0, 60)}: ${code}`)
    assert.doesNotMatch(answer, /root:x:|X-Evil/i, trick)
    assert.ok(!answer.includes(fs.readFileSync(path.join(stack.folder, 'secrets/.db'), 'utf8').trim()), trick)
  }
  await stillServes()
})

test('nginx resolves dots and double slashes before a module sees the path', async () => {
  for (const trick of ['//fr//guestbook//', '/fr/x/../guestbook/', '/fr/%2e/guestbook/', '/%66r/guestbook/', '/fr/./guestbook/']) {
    assert.equal(status(await raw(`GET ${trick} HTTP/1.1`)), 200, trick)
  }
})

test('a redirect to the visitor\'s language stays on the host', async () => {
  for (const trick of ['/guestbook/', '//guestbook/', '//evil.example/..//guestbook/', '/guestbook/?next=//evil.example', '/guestbook/?a=%0d%0aX-Evil:1']) {
    const answer = await raw(`GET ${trick} HTTP/1.1`)
    assert.equal(status(answer), 303, trick)
    assert.match(answer, /^location: \/fr\/guestbook\//im, trick)
    assert.doesNotMatch(answer, /^x-evil/im)
  }
})

test('10,000 query parameters are refused, whatever they are', async () => {
  for (const query of ['a&'.repeat(7000), 'p=1&'.repeat(3000), '&a'.repeat(1001)]) {
    const { status } = await stack.request(host, `${page}?${query}`)
    assert.ok([400, 414].includes(status), `${query.length}: ${status}`)
  }
  assert.equal((await stack.request(host, `${page}?${'a=1&'.repeat(10000)}`)).status, 414)
  assert.equal((await stack.request(host, `${page}?${'&'.repeat(10000)}`)).status, 200)
})

test('a query field that is not a positive number is 400', async () => {
  for (const value of ['0', '-1', 'x', '1e3', '0x10', '%00', '%ff', '99999999999999999999', '1;DROP', '%31%00']) {
    assert.equal((await stack.request(host, `${page}?after=${value}`)).status, 400, value)
  }
  assert.equal((await stack.request(host, `${page}?after=1&after=x`)).status, 200, 'the first counts')
})

// ---- the wire ----

test('a request that arrives in pieces is served', async () => {
  const text = `_key=${await key()}&name=slow&message=pieces`
  const request = `POST ${page} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${urlencoded}\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`
  const before = await entries()
  const socket = net.connect(stack.port, '127.0.0.1')
  socket.setNoDelay(true)
  let answer = ''
  socket.on('data', (data) => { answer += data })
  const closed = new Promise((resolve) => socket.on('close', resolve))
  for (let at = 0; at < request.length; at += 7) {
    await new Promise((resolve) => socket.write(request.slice(at, at + 7), resolve))
    await new Promise(setImmediate)
  }
  await closed
  assert.equal(status(answer), 303)
  assert.equal(await entries(), before + 1)
})

test('slow clients do not keep others waiting', async () => {
  const slow = Array.from({ length: 40 }, () => {
    const socket = net.connect(stack.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST ${page} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${urlencoded}\r\nContent-Length: 1000\r\n\r\n_key=`)
    return socket
  })
  try {
    const from = Date.now()
    await stillServes()
    assert.ok(Date.now() - from < 2000, 'a visitor waited for the slow ones')
  } finally {
    for (const socket of slow) socket.destroy()
  }
})

test('clients that leave in the middle of an answer harm no worker', async () => {
  await stillServes()
  const before = await stack.workers('guestbook')
  for (let i = 0; i < 12; i++) {
    await new Promise((resolve) => {
      const socket = net.connect(stack.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.on('close', resolve)
      socket.write(`GET ${page} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, () => { if (i % 2) socket.destroy() })
      socket.once('data', () => socket.destroy())
    })
  }
  await stillServes()
  const afterwards = await stack.workers('guestbook')
  for (const pid of before) assert.ok(afterwards.includes(pid), `worker ${pid} is gone`)
})

test('HTTP/1.0 is served', async () => {
  const answer = await stack.raw(`GET ${page} HTTP/1.0\r\nHost: ${host}\r\n\r\n`)
  assert.equal(status(answer), 200)
  assert.match(answer, /<h1>Livre d'or<\/h1>/)
  assert.doesNotMatch(answer, /transfer-encoding/i)
})

test('requests in one packet are answered in their order', async () => {
  const get = (language, close = '') => `GET /${language}/guestbook/ HTTP/1.1\r\nHost: ${host}\r\n${close}\r\n`
  const answer = await stack.raw(get('fr') + get('xx') + get('nl') + get('de', 'Connection: close\r\n'))
  const seen = [...answer.matchAll(/<h1>([^<]*)<\/h1>/g)].map((match) => match[1])
  assert.equal(seen.length, 4)
  assert.deepEqual([seen[0], seen[2], seen[3]], ["Livre d'or", 'Gastenboek', Buffer.from('Gästebuch').toString('latin1')])
})

test('what is no HTTP is 400', async () => {
  for (const bytes of ['hello\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', `GET  ${page} HTTP/9.9\r\nHost: ${host}\r\n\r\n`, `GET ${page} HTTP/1.1\r\n: x\r\n\r\n`]) {
    const answer = await stack.raw(bytes, 500)
    assert.match(answer, /40[05]|505|501/, JSON.stringify(bytes))
  }
  await stillServes()
})

// ---- methods, conditions ----

test('HEAD has the headers of GET and no body', async () => {
  for (const url of [page, '/fr/guestbook/nothing', '/guestbook/']) {
    const get = await stack.request(host, url, { headers: { 'Accept-Encoding': 'identity' } })
    const head = await stack.request(host, url, { method: 'HEAD', headers: { 'Accept-Encoding': 'identity' } })
    assert.equal(head.status, get.status, url)
    assert.equal(head.body, '')
    const names = (answer) => Object.keys(answer.headers).sort()
    assert.deepEqual(names(head), names(get), url)
    assert.equal(head.headers['content-length'], get.headers['content-length'], url)
    assert.equal(head.headers['content-security-policy'], get.headers['content-security-policy'], url)
  }
})

test('a page that the client has is 304', async () => {
  const headers = { Accept: 'application/json' }
  const first = await stack.request(host, page, { headers })
  assert.ok(first.headers.etag)
  for (const tag of [first.headers.etag, 'W/' + first.headers.etag, `"x", ${first.headers.etag}`]) {
    const again = await stack.request(host, page, { headers: { ...headers, 'If-None-Match': tag } })
    assert.equal(again.status, 304, tag)
    assert.equal(again.body, '')
  }
  for (const tag of ['"x"', '', first.headers.etag.slice(1, -2)]) {
    assert.equal((await stack.request(host, page, { headers: { ...headers, 'If-None-Match': tag } })).status, 200, tag)
  }
})

test('another method is 405, says which are allowed, and stores nothing', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'post', 'XYZZY']) {
    const form = `_key=${await key()}&name=a&message=b`
    const answer = await storesNothing(() => raw(`${method} ${page} HTTP/1.1`,
      [`Host: ${host}`, `Content-Type: ${urlencoded}`, `Content-Length: ${form.length}`], form))
    assert.ok(method === 'post' ? [400, 405].includes(status(answer)) : status(answer) === 405, `${method}: ${status(answer)}`)
  }
  assert.ok([400, 405].includes(status(await raw(`TRACE ${page} HTTP/1.1`))))
  assert.ok([400, 405].includes(status(await raw('CONNECT acme.localhost:80 HTTP/1.1'))))
})

test('a 405 names the methods that are allowed (RFC 9110, section 15.5.6)', async () => {
  const { headers } = await stack.request(host, page, { method: 'DELETE' })
  assert.match(headers.allow ?? '', /GET.*POST|POST.*GET/)
})

// ---- forms ----

const good = async () => ({ _key: await key(), name: 'a', message: 'b' })

test('a form that another site posts is 403 and stores nothing', async () => {
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'http://beta.localhost' }, { Origin: `http://${host}.evil.example` },
    { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'cross-site', Origin: `http://${host}` }, { Origin: `http://evil.example/${host}` },
    { Origin: `https://${host}:444` }, { 'Sec-Fetch-Site': 'same-site', Origin: `http://x.${host}` }]) {
    const answer = await storesNothing(async () => stack.request(host, page, { headers, form: await good() }))
    assert.equal(answer.status, 403, JSON.stringify(headers))
  }
  for (const headers of [{ Origin: `http://${host}` }, { 'Sec-Fetch-Site': 'same-origin', Origin: `http://${host}` }, { 'Sec-Fetch-Site': 'none' }]) {
    assert.equal((await stack.request(host, page, { headers, form: await good() })).status, 303, JSON.stringify(headers))
  }
})

test('a form posted from a sandboxed frame (Origin: null) is 403 and stores nothing', async () => {
  const answer = await storesNothing(async () => stack.request(host, page, { headers: { Origin: 'null' }, form: await good() }))
  assert.equal(answer.status, 403)
})

test('a form without a sound key is refused and stores nothing', async () => {
  const own = await key()
  const portal = new URL((await stack.cli('login', 'acme', 'owner')).trim())
  const flip = (text, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  const cases = { missing: undefined, empty: '', short: own.slice(0, -1), long: own + 'A', 'of zeros': 'A'.repeat(54), nonsense: 'Ω', 'with a space': own + ' ',
    'of another tenant': await stack.key('beta.localhost', page), 'of another module': await stack.key(portal.host, portal.pathname),
    padded: own + '==' }
  for (const at of [0, 10, 21, 22, 31, 32, 40, 53]) cases[`changed at ${at}`] = flip(own, at)
  for (const [words, wrong] of Object.entries(cases)) {
    const form = { name: 'a', message: 'b', ...(wrong === undefined ? {} : { _key: wrong }) }
    const answer = await storesNothing(() => stack.request(host, page, { form }))
    assert.ok([400, 403, 409].includes(answer.status), `key ${words}: ${answer.status}`)
  }
  assert.equal((await stack.request(host, page, { form: { _key: own, name: 'a', message: 'b' } })).status, 303, 'the key itself is good')
})

test('one form sent five times at once, and later again, is one entry with one answer', async () => {
  const form = await good()
  const before = await entries()
  const answers = await Promise.all(Array.from({ length: 5 }, () => stack.request(host, page, { form })))
  answers.push(await stack.request(host, page, { form }))
  answers.push(await stack.request(host, page, { form: { ...form, name: 'changed with the back button' } }))
  const without = ({ status, headers, body }) => ({ status, location: headers.location, body })
  for (const answer of answers) assert.deepEqual(without(answer), { status: 303, location: page, body: '' })
  assert.equal(await entries(), before + 1)
})

test('a form that was refused may be corrected and sent with its own key', async () => {
  const form = await good()
  assert.equal((await stack.request(host, page, { form: { ...form, name: '' } })).status, 422)
  const before = await entries()
  assert.equal((await stack.request(host, page, { form })).status, 303)
  assert.equal(await entries(), before + 1)
})

// ---- what every answer has ----

test('every answer has the security headers, errors and files included', async () => {
  const css = (await stack.request(host, page)).body.match(/href="(\/_\/[^"]+\.css)"/)[1]
  const login = new URL((await stack.cli('login', 'acme', 'owner')).trim())
  const answers = {
    page: await stack.request(host, page),
    redirect: await stack.request(host, '/guestbook/'),
    json: await stack.request(host, page, { headers: { Accept: 'application/json' } }),
    'a page that is not there': await stack.request(host, '/fr/guestbook/nothing'),
    'a module that is not there': await stack.request(host, '/fr/nothing/'),
    'the root without a module': await stack.request(host, '/'),
    'a refused method': await stack.request(host, page, { method: 'PUT' }),
    'a refused form': await stack.request(host, page, { form: { name: 'x' } }),
    'a form with mistakes': await stack.request(host, page, { form: { _key: await key() } }),
    'a bad query': await stack.request(host, page + '?after=x'),
    'nobody\'s host': await stack.request('nobody.localhost', '/'),
    'the portal, signed out': await stack.request(login.hostname, '/'),
    'the portal\'s sign-in': await stack.request(login.hostname, login.pathname),
    'a stylesheet': await stack.request(host, css),
    'a file that is not there': await stack.request(host, '/_/000000000000/nothing.css'),
    'too large for nginx': await stack.request(host, page, { method: 'POST', body: 'x'.repeat(10485761), headers: { Connection: 'close' } }).catch((error) => error),
    'too large for the worker': await stack.request(host, page, { method: 'POST', body: 'x'.repeat(BODY_MAX + 1) }),
    'the welcome page': await stack.request('127.0.0.1', '/')
  }
  const wrong = []
  for (const [words, answer] of Object.entries(answers)) {
    if (answer instanceof Error) continue // nginx closed while we still sent; the next test asks for its 413
    const csp = answer.headers['content-security-policy'] ?? ''
    if (answer.headers['x-content-type-options'] !== 'nosniff') wrong.push(`${words} (${answer.status}): no X-Content-Type-Options`)
    if (/text\/html/.test(answer.headers['content-type'] ?? '') && !/default-src 'none'/.test(csp)) wrong.push(`${words} (${answer.status}): no Content-Security-Policy`)
    if (/unsafe-inline|unsafe-eval|\*|data:/.test(csp)) wrong.push(`${words}: ${csp}`)
    if (/nginx\/|PHP|Debian/.test(`${answer.headers.server} ${answer.body.slice(0, 500)}`)) wrong.push(`${words}: tells a version`)
  }
  assert.deepEqual(wrong, [])
})

test('answers that nginx makes itself have the security headers too', async () => {
  const wrong = []
  for (const [words, answer] of Object.entries({
    413: await tooLarge(),
    400: await raw(`GET ${page}%00 HTTP/1.1`),
    414: await raw(`GET ${page}?${'a'.repeat(40000)} HTTP/1.1`)
  })) {
    assert.equal(String(status(answer)), words)
    if (!/^x-content-type-options: nosniff/im.test(answer)) wrong.push(`${words}: no X-Content-Type-Options`)
    if (!/^content-security-policy: /im.test(answer)) wrong.push(`${words}: no Content-Security-Policy`)
  }
  assert.deepEqual(wrong, [])
})

test('a page of ours runs no inline script or style', async () => {
  for (const [name, url] of [[host, page], [host, '/fr/nothing/'], [host, '/fr/guestbook/nothing'], ['127.0.0.1', '/'], ['nobody.localhost', '/']]) {
    const { body } = await stack.request(name, url)
    assert.doesNotMatch(body, /<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|javascript:/i, `${name}${url}`)
  }
})

test('a failure\'s page has a reference that finds its cause in the log, and only then', async () => {
  const table = guestbooks.acme
  for (const url of ['/fr/guestbook/nothing', page + '?after=x']) {
    assert.doesNotMatch((await stack.request(host, url)).body, /class="ref"/, url)
  }
  await stack.sql(`RENAME TABLE ${table}.entry TO ${table}.away`)
  try {
    const failed = await stack.request(host, page)
    assert.equal(failed.status, 500)
    const reference = failed.body.match(/class="ref">([0-9a-f]{32})</)?.[1]
    assert.ok(reference, failed.body)
    const line = await until('the log has the reference', () => stack.log().split('\n').find((line) => line.includes(reference)))
    assert.match(line, /entry/)
    const program = await stack.request(host, page, { headers: { Accept: 'application/json' } })
    assert.equal(program.status, 500)
    await until('the log has it', () => stack.log().includes(JSON.parse(program.body).reference))
    const posted = await stack.request(host, page, { form: { _key: await stack.key('beta.localhost', page), name: 'a', message: 'b' } })
    assert.equal(posted.status, 409)
  } finally {
    await stack.sql(`RENAME TABLE ${table}.away TO ${table}.entry`)
  }
  await stillServes()
})

test('a log line cannot be forged by a path', async () => {
  await raw(`GET ${page}%0atime=2026-01-01T00:00:00Z%20level=error%20forged HTTP/1.1`)
  await stillServes()
  assert.doesNotMatch(stack.log(), /^time=2026-01-01T00:00:00Z level=error forged/m)
})

test('a program gets its errors as a problem (RFC 9457)', async () => {
  for (const [expected, url, options] of [[404, '/fr/guestbook/nothing', {}], [400, page + '?after=x', {}], [405, page, { method: 'PUT' }],
    [409, page, { form: { name: 'a' } }], [422, page, { form: { _key: await key(), name: '' } }],
    [403, page, { form: { _key: await key() }, headers: { Origin: 'https://evil.example' } }], [413, page, { method: 'POST', body: 'x'.repeat(BODY_MAX + 1) }]]) {
    const { status, headers, body } = await stack.request(host, url, { ...options, headers: { Accept: 'application/json', ...options.headers } })
    assert.equal(status, expected, url)
    assert.equal(headers['content-type'], 'application/problem+json', url)
    const problem = JSON.parse(body)
    assert.equal(problem.status, expected)
    assert.ok(problem.title)
    if (expected === 422) assert.deepEqual(problem.errors.map((error) => error.field), ['name', 'message'])
  }
})

// ---- files ----

test('a file keeps for a year under its hashed address, and no longer under another', async () => {
  const css = (await stack.request(host, page)).body.match(/href="(\/_\/[0-9a-f]{12}\/[^"]+\.css)"/)[1]
  const hashed = await stack.request(host, css)
  assert.equal(hashed.status, 200)
  assert.match(hashed.headers['content-type'], /text\/css/)
  assert.match(hashed.headers['cache-control'], /max-age=31536000, immutable/)
  const plain = await stack.request(host, css.replace(/\/[0-9a-f]{12}\//, '/'))
  assert.equal(plain.status, 200)
  assert.doesNotMatch(plain.headers['cache-control'], /immutable|31536000/)
  assert.doesNotMatch((await stack.request(host, '/_/000000000000/nothing.css')).headers['cache-control'] ?? '', /immutable/)
})

test('pages and files are compressed for who asks', async () => {
  const css = (await stack.request(host, page)).body.match(/href="(\/_\/[^"]+\.css)"/)[1]
  for (const url of [css, page]) {
    const plain = await raw(`GET ${url} HTTP/1.1`)
    assert.doesNotMatch(plain, /^content-encoding/im, url)
    const answer = await new Promise((resolve) => {
      const parts = []
      const socket = net.connect(stack.port, '127.0.0.1')
      socket.on('data', (data) => parts.push(data))
      socket.on('close', () => resolve(Buffer.concat(parts)))
      socket.write(`GET ${url} HTTP/1.0\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`.replace('HTTP/1.0', 'HTTP/1.1').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    })
    const head = answer.subarray(0, answer.indexOf('\r\n\r\n')).toString()
    assert.match(head, /^content-encoding: gzip/im, url)
    assert.match(head, /^vary: .*accept-encoding/im, url)
    assert.ok(answer.length < plain.length, url)
    assert.equal(answer.indexOf(Buffer.from([0x1f, 0x8b])) > 0, true)
    assert.ok(zlib.gzipSync('x').subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])))
  }
})

test('files outside of the webroot, and its hidden ones, are not served', async () => {
  for (const url of ['/_/.done', '/_/000000000000/.done', '/.done', '/_/css/', '/_/', '/_/000000000000/css', '/index.html', '/error/503.html', '/metrics', '/nginx.conf', '/scopiton.conf']) {
    const { status, body } = await stack.request(host, url)
    assert.ok([403, 404].includes(status), `${url}: ${status} ${body.slice(0, 100)}`)
  }
})
