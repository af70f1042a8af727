// SPDX-License-Identifier: EUPL-1.2
// Many wrong passwords from many addresses: the owner still comes in, and nobody learns who has an account. FAULT_LONG=1 makes it longer.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'

const long = process.env.FAULT_LONG === '1'
const TRIES = long ? 10000 : 40, EARLIER = 40, SENDERS = long ? 1000 : 20, AT_ONCE = 50, MEASURED = long ? 200 : 40
const AGAIN_MAX = 20, PAUSE = 100, GUESSERS_PAUSE = 400, RATIO_MAX = 1.25, PAGE_RATIO_MAX = 1.6 // a page of few milliseconds varies more than a hash
const CROWD = 30, HASH_MEGABYTES = 64
const HOST = 'acme-portal.localhost', OWNER = 'anna@example.org', GOOD = 'trois mots inattendus', WRONG = 'quatre mots inattendus'
const ACCOUNT = 50, GUARDED = /Many wrong passwords were entered for this address/ // in a quarter of an hour, from all places together
const HOME = '127.3.0.1' // the owner's location
let stack, cookie

// An address of the machine itself: number `number` of a network. No two tests share a sender.
const sender = (network, number) => `127.${network}.${1 + Math.floor(number / 250)}.${1 + number % 250}`
const portal = (url, options) => stack.request(HOST, `/portal${url}`, options)
const isBusy = ({ status, headers }) => status === 503 && Number(headers['retry-after']) > 0
const cookieOf = ({ headers }) => headers['set-cookie']?.[0].split(';')[0]
const keyIn = (body) => body.match(/name="_key" value="([^"]+)"/)[1]

// Asks again while it is told to; guessers, who have failed already, are told so often.
async function patiently (ask, told = () => {}, most = AGAIN_MAX, pause = PAUSE) {
  for (let again = 0; again < most; again++, await sleep(pause)) {
    const answer = await ask()
    if (!isBusy(answer)) return answer
    told()
  }
  throw new Error(`busy ${most} times`)
}

async function signIn (mail, password, from, told, most, pause) {
  const page = await patiently(() => portal('/sign-in', { from }), told)
  assert.equal(page.status, 200)
  return patiently(() => portal('/sign-in', { from, form: { _key: keyIn(page.body), mail, password } }), told, most, pause)
}

// As many wrong guesses at an address: two are made, and the others are counted as these were, for each would cost a hash.
async function guessed (mail, network, count) {
  for (let i = 0; i < 2; i++) await signIn(mail, WRONG, sender(network, i))
  const [times, one] = (await stack.sql('SELECT COUNT(*), mail FROM account.failure GROUP BY mail ORDER BY MAX(id) DESC LIMIT 1')).split('\t')
  assert.equal(times, '2')
  await stack.sql(`INSERT INTO account.failure (sender, mail) SELECT SHA2(CONCAT(seq, '${mail}'), 256), '${one}' FROM mysql.seq_1_to_${count - 2}`)
}

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'en')
  await until('the portal serves', async () => (await portal('/sign-in')).status === 200)
  const headers = { Cookie: await stack.signIn('acme') }
  await stack.setUp(HOST, headers.Cookie, OWNER, GOOD)
  cookie = cookieOf(await signIn(OWNER, GOOD, HOME))
})
after(() => stack?.stop())

test('while many guess from many addresses, the owner comes in and works', async (t) => {
  let next = 0, going = true, entered = 0, pages = 0, owners = 0, others = 0, slowest = 0, slowestPage = 0
  const wrong = []
  await guessed(OWNER, 7, EARLIER)
  const guess = async () => {
    while (next < TRIES) {
      const number = next++, round = Math.floor(number / SENDERS)
      // Half for the owner, which is as often as one sender may; each of the others is somebody new, so that each is worked on.
      const answer = await signIn(round % 2 ? OWNER : `nobody${number}@example.org`, WRONG, sender(1, number % SENDERS), () => { others++ }, 10000, GUESSERS_PAUSE)
      if (answer.status !== 200 || cookieOf(answer) || !/Wrong e-mail address or password/.test(answer.body) && !(round % 2 && GUARDED.test(answer.body))) wrong.push(`guess ${number}: ${answer.status}`)
    }
  }
  const enter = async () => {
    for (; going; await sleep(100)) {
      const from = performance.now(), answer = await signIn(OWNER, GOOD, HOME, () => { owners++ })
      slowest = Math.max(slowest, performance.now() - from)
      if (answer.status === 303 && (await portal('/', { from: HOME, headers: { Cookie: cookieOf(answer) } })).status === 200) entered++
      else wrong.push(`the owner: ${answer.status}`)
    }
  }
  const work = async () => {
    for (; going; await sleep(50)) {
      for (const url of ['/', '/members', '/audit', '/account']) {
        const from = performance.now(), { status } = await portal(url, { from: HOME, headers: { Cookie: cookie } })
        slowestPage = Math.max(slowestPage, performance.now() - from)
        if (status === 200) pages++
        else wrong.push(`${url}: ${status}`)
      }
    }
  }
  const noted = (work) => work().catch((error) => wrong.push(error.message)) // so that the others end too
  const meanwhile = [enter, work].map(noted)
  await Promise.all(Array.from({ length: AT_ONCE }, () => noted(guess)))
  going = false
  await Promise.all(meanwhile)
  t.diagnostic(`${entered} times in, the slowest in ${Math.round(slowest)} ms; ${pages} pages, the slowest in ${Math.round(slowestPage)} ms; asked to wait: the owner ${owners} times, the others ${others} times`)
  assert.deepEqual(wrong, [])
  assert.ok(entered >= TRIES / 200 && pages >= TRIES / 50, `${entered} times in, ${pages} pages`)
  const counted = await stack.sql('SELECT COUNT(*), COUNT(DISTINCT mail), MAX(n) FROM (SELECT mail, COUNT(*) AS n FROM account.failure GROUP BY mail) f')
  assert.match(counted, new RegExp(`^${TRIES / 2 + 1}\t`), 'each address that was guessed at is counted')
  const tried = Number(counted.split('\t')[2])
  assert.ok(tried >= ACCOUNT && tried <= ACCOUNT + AT_ONCE, `${tried} guesses at the owner were worked on, then none but from where the owner comes`)
})

test('an address at which many guess lets its owner in from a new place too, by mail; one without an account says the same', async () => {
  await stack.sql('DELETE FROM account.failure')
  const said = []
  for (const [network, mail] of [[4, OWNER], [5, 'ghost@example.org']]) {
    await guessed(mail, network, ACCOUNT)
    const { status, body } = await signIn(mail, GOOD, sender(network, ACCOUNT))
    said.push(JSON.stringify([status, body.replace(/(name="_key" value=)"[^"]+"/, '$1""').replaceAll(mail, '')]))
  }
  assert.match(said[0], GUARDED)
  assert.equal(said[0], said[1])
  assert.equal((await signIn(OWNER, GOOD, HOME)).status, 303, 'from where the owner has come before')

  const elsewhere = '127.6.0.1', page = await portal('/forgot', { from: elsewhere })
  await portal('/forgot', { from: elsewhere, form: { _key: keyIn(page.body), mail: OWNER } })
  const mail = await until('the mail has come', async () => (await stack.mails()).find(({ html }) => /\/portal\/reset\//.test(html)), 20)
  const [link] = mail.html.match(/\/reset\/[a-z2-7]+/), form = await portal(link, { from: elsewhere })
  assert.equal((await portal(link, { from: elsewhere, form: { _key: keyIn(form.body), password: GOOD } })).status, 303)
  assert.equal((await signIn(OWNER, GOOD, elsewhere)).status, 303, 'and from then on with the password, from there too')
  assert.ok(Number(await stack.sql('SELECT COUNT(*) FROM account.place')) >= 2)
  await stack.sql('DELETE FROM account.failure')
})

// How much each process of the host has mapped, in megabytes: argon2's 64 are there while a password is hashed, and at no other time.
function mapped () {
  const supervisor = stack.pid('supervisor'), sizes = new Map()
  for (const pid of fs.readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').trim().split(' ')) {
    try { sizes.set(pid, Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[0]) * 4096 / 2 ** 20) } catch { /* it has ended */ }
  }
  return sizes
}

test('of many who sign in at once two are worked on at a time, and all come in', async (t) => {
  const samples = []
  let going = true
  const watching = (async () => { for (; going; await sleep(1)) samples.push(mapped()) })()
  const answers = await Promise.all(Array.from({ length: CROWD }, (_, i) => signIn(OWNER, GOOD, sender(3, i), () => {}, 1000))).finally(() => { going = false })
  await watching
  const idle = mapped()
  const seen = samples.map((sizes) => [...sizes].filter(([pid, size]) => size - idle.get(pid) > HASH_MEGABYTES / 2).map(([pid]) => pid))
  // A look reads one process after another, so one may end and the next begin within it: those of two looks in a row were there between them.
  const busy = seen.slice(1).map((pids, i) => pids.filter((pid) => seen[i].includes(pid)))
  const most = Math.max(...busy.map((pids) => pids.length)), workers = new Set(busy.flat())
  t.diagnostic(`${samples.length} looks, ${busy.filter((pids) => pids.length === 2).length} of them at two; ${workers.size} workers have hashed`)
  assert.deepEqual(answers.map((answer) => answer.status), Array(CROWD).fill(303))
  assert.equal(new Set(answers.map(cookieOf)).size, CROWD, 'each has a session of their own')
  assert.ok(workers.size > 2, 'more workers than two had a password to check')
  assert.equal(most, 2)
})

// All of an answer but what differs each time: the date, the form's key, the address that was typed, and whether nginx closes the
// connection, which it does after so many requests of whatever kind. The time of each part is shown only in development.
function whatIsSaid({ status, headers: { date, connection, 'server-timing': timing, ...headers }, body }, mail) {
  return JSON.stringify({ status, headers, body: body.replace(/(name="_key" value=)"[^"]+"/, '$1""').replaceAll(mail, '') })
}

test('whether an address has an account shows neither in the answer nor in its time', async (t) => {
  const took = { known: [], unknown: [] }
  const answers = new Set()
  const guess = async (kind, number, mail) => {
    const from = sender(2, number), { body } = await portal('/sign-in', { from }), form = { _key: keyIn(body), mail, password: WRONG }
    const begun = performance.now(), answer = await portal('/sign-in', { from, form })
    took[kind].push(performance.now() - begun)
    await stack.sql('DELETE FROM account.failure') // what many do is another test's
    const said = whatIsSaid(answer, mail)
    answers.add(said)
    assert.match(said, /Wrong e-mail address or password/)
  }
  for (let i = 0; i < MEASURED; i++) {
    const pair = [['known', 2 * i, OWNER], ['unknown', 2 * i + 1, `a${String(i).padStart(3, '0')}@example.org`]] // addresses of the same length
    for (const one of i % 2 ? pair : pair.reverse()) await guess(...one) // neither always comes first
  }
  assert.equal(answers.size, 1, [...answers].slice(0, 2).join('\n'))
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
  const known = median(took.known), unknown = median(took.unknown)
  t.diagnostic(`medians: ${known.toFixed(1)} ms known, ${unknown.toFixed(1)} ms unknown`)
  assert.ok(Math.max(known, unknown) / Math.min(known, unknown) <= RATIO_MAX, `${known} ms for a known address, ${unknown} ms for an unknown one`)
})

test('whether an address has an account shows neither in the answer nor in the time of asking for a new password', async (t) => {
  const took = { known: [], unknown: [] }, answers = new Set()
  const ask = async (kind, mail) => {
    await stack.sql("DELETE FROM queue.outbox WHERE name = 'forgot'; DELETE FROM account.reset")
    const { body } = await portal('/forgot'), form = { _key: keyIn(body), mail }
    const begun = performance.now(), answer = await portal('/forgot', { form })
    took[kind].push(performance.now() - begun)
    answers.add(whatIsSaid(answer, mail))
  }
  const mails = async () => Number(await stack.sql(`SELECT COUNT(*) FROM queue.mail WHERE recipient = '${OWNER}' AND subject LIKE '%new password%'`))
  const before = await mails()
  for (let i = 0; i < 2 * MEASURED; i++) {
    const pair = [['known', OWNER], ['unknown', `b${String(i).padStart(3, '0')}@example.org`]]
    for (const one of i % 2 ? pair : pair.reverse()) await ask(...one)
  }
  assert.equal(answers.size, 1, [...answers].slice(0, 2).join('\n'))
  assert.match([...answers][0], /"status":200/)
  await until('the owner is written to', async () => await mails() > before, 20)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM queue.mail WHERE recipient LIKE 'b0%'"), '0')
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
  const known = median(took.known), unknown = median(took.unknown)
  t.diagnostic(`medians: ${known.toFixed(2)} ms known, ${unknown.toFixed(2)} ms unknown`)
  assert.ok(Math.max(known, unknown) / Math.min(known, unknown) <= PAGE_RATIO_MAX, `${known} ms for a known address, ${unknown} ms for an unknown one`)
})
