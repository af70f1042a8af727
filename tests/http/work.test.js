// SPDX-License-Identifier: EUPL-1.2
// Background work: jobs, events, schedules, dead jobs; and people's orders about them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const ids = {}
let stack, packages

const page = (tenant = 'acme') => stack.request(`${tenant}.localhost`, '/fr/clerk/')
const notes = (where = '1', tenant = 'acme') => stack.sql(`SELECT COUNT(*) FROM t${ids[tenant]}_clerk.note WHERE ${where}`).then(Number)
const waiting = (where = '1') => stack.sql(`SELECT COUNT(*) FROM queue.outbox WHERE ${where}`).then(Number)
const dead = (where = '1') => stack.sql(`SELECT COUNT(*) FROM queue.dead WHERE ${where}`).then(Number)
const heard = (text, tenant = 'acme') => stack.sql(`SELECT COUNT(*) FROM t${ids[tenant]}_listener.heard WHERE text = '${text}'`).then(Number)
// Retries wait for seconds; a test does not.
async function hurry () {
  await stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE dispatcher IS NULL')
  await ask('note', 'wakes the dispatcher')
}

async function post (action, form, tenant = 'acme') {
  const url = `/fr/clerk/${action}`
  const _key = await stack.key(`${tenant}.localhost`, '/fr/clerk/', {}, url)
  return stack.request(`${tenant}.localhost`, url, { form: { _key, ...form } })
}
const ask = (job, text, more, tenant) => post('jobs', { job, text, ...more }, tenant)
// Waits until a job that was asked for now has run, and all that was due before it with it.
let marks = 0
async function others () {
  const text = `mark ${++marks}`
  await ask('note', text)
  await until('the job has run', async () => await notes(`text = '${text}'`) === 1 && await waiting(`body LIKE '%${text}%'`) === 0)
}

before(async () => {
  packages = new Packages('portal', 'clerk', 'listener')
  stack = await start({ modules: packages.folder })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant, '--language', 'en')
    await stack.cli('module', 'install', 'clerk', '--tenant', tenant)
    ids[tenant] = await stack.sql(`SELECT id FROM scopiton.tenant WHERE name = '${tenant}'`)
    await until('it serves', async () => (await page(tenant)).status === 200)
  }
  await stack.cli('module', 'install', 'listener', '--tenant', 'acme')
  await ask('note', 'warm')
  await until('the dispatcher works', async () => await notes("text = 'warm'") === 1)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a job runs after the commit that asks for it, and leaves nothing behind', async () => {
  assert.equal((await ask('note', 'soon')).status, 303)
  await until('it has run', async () => await notes("text = 'soon'") === 1)
  await until('the queue is empty', async () => await waiting() === 0)
})

test('a commit wakes its job at once', async () => {
  for (let i = 0; i < 3; i++) { // the time is the benchmark's to tell; here, that none waits for the look every five seconds
    const from = Date.now()
    await ask('note', `quick ${i}`)
    await until('it has run', async () => await notes(`text = 'quick ${i}'`) === 1)
    assert.ok(Date.now() - from < 4000)
  }
})

test('a transaction that is rolled back has asked for nothing', async () => {
  assert.equal((await ask('note', 'undone', { refuse: 'on' })).status, 422)
  await others()
  assert.equal(await notes("text = 'undone'"), 0)
  assert.equal(await waiting("body LIKE '%undone%'"), 0)
})

test('a job runs for its own tenant and in its own database', async () => {
  await ask('note', 'of beta', {}, 'beta')
  await until('it has run', async () => await notes("text = 'of beta'", 'beta') === 1)
  assert.equal(await notes("text = 'of beta'"), 0)
})

test('a job that cannot be done now is tried again, and what it wrote before is undone', async () => {
  await ask('flaky', 'third time')
  for (let i = 0; i < 2; i++) {
    await until('a try has failed', async () => await waiting(`name = 'flaky' AND tries = ${i + 1} AND dispatcher IS NULL`) === 1)
    assert.equal(await stack.sql("SELECT error FROM queue.outbox WHERE name = 'flaky'"), `not yet, at try ${i + 1}`)
    assert.ok(await waiting("name = 'flaky' AND run_at > UTC_TIMESTAMP() + INTERVAL 1 SECOND") === 1, 'it rests')
    await hurry()
  }
  await until('it has run', async () => await notes("text = 'third time'") === 1)
  await until('it is gone', async () => await waiting("name = 'flaky'") === 0)
})

test('a job that crashes is run again, and takes effect once', async () => {
  await ask('crash', 'boom')
  await until('it has crashed', async () => await waiting("name = 'crash' AND tries = 1 AND dispatcher IS NULL") === 1)
  assert.match(await stack.sql("SELECT error FROM queue.outbox WHERE name = 'crash'"), /worker ended/)
  await hurry()
  await until('it has run', async () => await notes("text = 'boom'") === 1)
  await until('it is gone', async () => await waiting("name = 'crash'") === 0)
  await until('it is told', () => /worker of 'clerk' killed by signal 11 .* in a request \(request=\d+-[\d.]+ tenant=acme module=clerk route=5 path=crash\)/.test(stack.log()))
})

test('a job that has had its tries is among the dead, with its reason on one line; so is one without sense, at once', async () => {
  await ask('never', 'in vain')
  for (let i = 0; i < 2; i++) {
    await until('a try has failed', async () => await waiting(`name = 'never' AND tries = ${i + 1} AND dispatcher IS NULL`) === 1)
    await hurry()
  }
  await until('it is dead', async () => await dead("name = 'never'") === 1)
  assert.equal(await stack.sql("SELECT CONCAT(tries, ' ', error) FROM queue.dead WHERE name = 'never'"), '3 never in two lines')
  await ask('hopeless', 'in vain')
  await until('it is dead', async () => await dead("name = 'hopeless' AND tries = 1") === 1)
  assert.equal(await waiting(), 0)
})

test('a job that the module does not have fails its request, or is dead where it stands in the queue', async () => {
  assert.equal((await ask('nonsense', 'x')).status, 500)
  await stack.sql(`INSERT INTO queue.outbox (role, name, body) VALUES ('t${ids.acme}_clerk', 'gone', '{}'), ('t${ids.acme}_clerk', 'note', 'no json')`)
  await ask('note', 'wakes the dispatcher')
  await until('both are dead', async () => await dead("name = 'gone' OR body = 'no json'") === 2)
})

test('a body of 20 MB fails its request, and nothing is stored', async () => {
  assert.equal((await post('large', {})).status, 500)
  await until('the log says so', () => /'note' is enqueued with a body of \d+ bytes.*65536/.test(stack.log()))
  assert.equal(await waiting(), 0)
})

test('a job for later sleeps until then; only one of the same name and key waits', async () => {
  for (let i = 0; i < 3; i++) await ask('note', 'later', { delay: '3600', once: 'this' })
  await ask('note', 'later', { delay: '3600', once: 'that' })
  await others()
  assert.equal(await waiting("name = 'note'"), 2)
  assert.equal(await notes("text = 'later'"), 0)
  await hurry()
  await until('both have run', async () => await notes("text = 'later'") === 2)
})

test('an event becomes a job of who takes it, in the same tenant alone; nobody\'s is forgotten; an undeclared one is dead', async () => {
  await post('events', { event: 'noted', text: 'hear ye' })
  await until('it was heard', async () => await heard('hear ye') === 1)
  await post('events', { event: 'noted', text: 'nobody listens' }, 'beta')
  await until('it is gone', async () => await waiting() === 0)
  await post('events', { event: 'nonsense', text: 'what' })
  await until('it is dead', async () => await dead("name = 'nonsense' AND is_event = 1") === 1)
  assert.equal(await heard('what'), 0)
})

test('a job asks for more work and announces', async () => {
  await ask('chain', 'links')
  await until('all have run', async () => await notes("text = 'links'") === 2 && await heard('links') === 1)
})

test('a module that is switched off keeps its jobs until it is on again', async () => {
  await stack.cli('module', 'disable', 'clerk', '--tenant', 'beta')
  await stack.sql(`INSERT INTO queue.outbox (role, name, body) VALUES ('t${ids.beta}_clerk', 'note', '{"text": "patient"}')`)
  await ask('note', 'wakes the dispatcher')
  await until('it is put back', async () => await waiting("error LIKE '%disabled%' AND tries = 0") === 1, 10000)
  await stack.cli('module', 'install', 'clerk', '--tenant', 'beta')
  await until('its page is back', async () => (await page('beta')).status === 200)
  await hurry()
  await until('it has run', async () => await notes("text = 'patient'", 'beta') === 1, 10000)
})

test('schedules are planned by the tenant\'s clock, run once, and go with the module', async () => {
  const planned = (name) => stack.sql(`SELECT next_at FROM queue.schedule WHERE role = 't${ids.acme}_clerk' AND name = '${name}'`)
  const night = new Date((await planned('nightly')).replace(' ', 'T') + 'Z')
  assert.equal(night.toLocaleTimeString('fr-BE', { timeZone: 'Europe/Brussels', hour: '2-digit', minute: '2-digit' }), '02:30')
  assert.ok(night > new Date() && night - new Date() < 26 * 3600e3)
  await stack.sql(`UPDATE queue.schedule SET next_at = UTC_TIMESTAMP() - INTERVAL 3 DAY WHERE name = 'tick' AND role = 't${ids.acme}_clerk'`)
  await ask('note', 'wakes the dispatcher')
  await until('it has run', async () => await notes("text = 'by the clock'") === 1)
  await others()
  assert.equal(await notes("text = 'by the clock'"), 1)
  assert.ok(new Date((await planned('tick')).replace(' ', 'T') + 'Z') > new Date())
  await stack.cli('module', 'disable', 'clerk', '--tenant', 'beta')
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM queue.schedule WHERE role = 't${ids.beta}_clerk'`), '0')
  await stack.cli('module', 'install', 'clerk', '--tenant', 'beta')
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM queue.schedule WHERE role = 't${ids.beta}_clerk'`), '2')
})

test('a role may put its own work and nothing else', async () => {
  const role = `t${ids.acme}_clerk`
  const tries = ["INSERT INTO queue.outbox (role, name, body) VALUES ('t2_clerk', 'note', '{}')", 'SELECT * FROM queue.outbox',
    'DELETE FROM queue.outbox', "UPDATE queue.outbox SET body = ''", "INSERT INTO queue.job_order (entry, verb) VALUES (1, 'drop')",
    'SELECT * FROM queue.dead', 'SELECT * FROM queue.schedule', "REPLACE INTO queue.outbox (name, body) VALUES ('note', '{}')"]
  const secret = (await import('node:fs')).readFileSync(`${stack.folder}/secrets/clerk`, 'utf8').split('\n')[0]
  for (const sql of tries) {
    await assert.rejects(stack.sql(`SET ROLE ${role}; ${sql}`, { user: 'scop_clerk', password: secret }), /denied|1142|1143/, sql)
  }
})

// ---- people's orders ----

const job = (...args) => stack.cli('job', ...args)
const idOf = (name, table = 'outbox') => stack.sql(`SELECT MAX(id) FROM queue.${table} WHERE name = '${name}'`)

test('a running job shows its progress, and is stopped when it is cancelled', async () => {
  await ask('slow', 'long')
  await until('its progress shows', async () => await waiting("name = 'slow' AND dispatcher IS NOT NULL AND done > 2 AND total = 60") === 1)
  assert.match(await job('list', 'acme'), /^\d+ +running +t\d+_clerk +slow/m)
  await job('cancel', await idOf('slow'))
  await until('it is gone', async () => await waiting("name = 'slow'") === 0)
  assert.equal(await notes("job = 'slow'"), 0)
})

test('a job that was cancelled is not run again when the dispatcher is killed before it has stopped', async () => {
  await ask('slow', 'twice')
  await until('it runs', async () => await waiting("name = 'slow' AND dispatcher IS NOT NULL AND done > 1") === 1)
  const workers = await stack.workers('clerk'), dispatcher = stack.service('dispatcher')
  for (const pid of workers) process.kill(pid, 'SIGSTOP')
  await job('cancel', await idOf('slow'))
  await sleep(6000) // it checks for orders every 5 s
  assert.equal(await waiting("name = 'slow' AND dispatcher IS NOT NULL"), 1, 'it could not be stopped yet')
  process.kill(dispatcher, 'SIGKILL')
  for (const pid of workers) process.kill(pid, 'SIGCONT')
  await until('it is gone', async () => await waiting("name = 'slow'") === 0, 20)
  await until('another dispatcher works', async () => (stack.service('dispatcher') ?? dispatcher) !== dispatcher, 20)
  assert.equal(await notes("job = 'slow'"), 0)
  assert.equal(await stack.sql('SELECT COUNT(*) FROM queue.job_order'), '0')
})

test('a scheduled job is run now, and its outcome is told', async () => {
  const before = await notes("job = 'tick'")
  assert.match(await job('run', 'clerk', 'nightly', '--tenant', 'acme'), /^done after \d+\.\d s\n$/)
  assert.equal(await notes("job = 'tick'"), before + 1)
  const refused = (...args) => job('run', ...args).then(() => assert.fail('it should be refused'), ({ stderr }) => stderr)
  assert.match(await refused('clerk', 'note', '--tenant', 'acme'), /no scheduled job 'note'\. It has 'nightly', 'tick'\./)
  assert.match(await refused('guestbook', 'tick', '--tenant', 'acme'), /'acme' does not use the module 'guestbook'\. /)
  assert.match(await refused('clerk', 'tick'), /needs a module, one of its scheduled jobs, and --tenant/)
  // the same entry, with the result of a failure: 'never' is retried, 'hopeless' is not
  for (const name of ['never', 'hopeless']) await stack.sql(`INSERT INTO queue.schedule (role, name, rule, zone, next_at) VALUES ('t${ids.acme}_clerk', '${name}', 'every 1440', 'UTC', '2099-01-01')`)
  assert.match(await refused('clerk', 'never', '--tenant', 'acme'), /'never' failed at try 1: never in two lines\. It is retried at \d\d:\d\d:\d\d UTC/)
  assert.equal(await waiting("name = 'never'"), 1)
  assert.match(await refused('clerk', 'never', '--tenant', 'acme'), /'never' failed at try 2/, 'the one that rests is due now')
  assert.match(await refused('clerk', 'never', '--tenant', 'acme'), /'never' failed at try 3 and is not retried/)
  assert.match(await refused('clerk', 'hopeless', '--tenant', 'acme'), /'hopeless' failed at try 1 and is not retried: there is no sense in it/)
  await stack.sql("DELETE FROM queue.schedule WHERE name IN ('never', 'hopeless')")
  await stack.sql("DELETE FROM queue.dead WHERE once = 'schedule'")
})

test('the list tells when each schedule is due next', async () => {
  const list = await job('list', 'acme')
  assert.match(list, /^- +schedule +t\d+_clerk +nightly +- +\d{4}-\d\d-\d\d \d\d:30:00 +next time; at 02:30 in Europe\/Brussels$/m)
  assert.match(list, /^- +schedule +t\d+_clerk +tick +- +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +next time; every 1440 minutes$/m)
})

test('a waiting job is cancelled before it begins', async () => {
  await ask('note', 'cancelled', { delay: '3600' })
  await job('cancel', await idOf('note'))
  await until('it is gone', async () => await waiting() === 0)
  assert.equal(await notes("text = 'cancelled'"), 0)
})

test('a dead job is tried again from its first try, as the entry that it was, or dropped', async () => {
  const before = await dead("name = 'hopeless'")
  const id = await idOf('hopeless', 'dead'), entry = () => stack.sql(`SELECT CONCAT(id, ' ', created) FROM queue.dead WHERE id = ${id}`)
  const was = await entry()
  await stack.sql(`UPDATE queue.dead SET died = '2020-01-01' WHERE id = ${id}`)
  await job('replay', id)
  await until('it has died again', async () => await dead(`id = ${id} AND tries = 1 AND died > '2021-01-01'`) === 1)
  assert.equal(await dead("name = 'hopeless'"), before)
  assert.equal(await entry(), was, 'its key is the same, so that its effects stay single')
  await job('drop', id)
  await until('it is gone', async () => await dead("name = 'hopeless'") === before - 1)
})

test('dead jobs that look alike are each tried again; one that had done its work does not do it twice', async () => {
  await ask('note', 'done before')
  await until('it is done', async () => await notes("text = 'done before'") === 1)
  const [key] = (await stack.sql('SELECT entry FROM t1_clerk.scop_job_done ORDER BY entry DESC LIMIT 1')).split('\n')
  assert.match(key, /^\d+-[\d.]+$/)
  const [id, created] = key.split('-')
  await stack.sql(`INSERT INTO queue.dead (id, role, is_event, name, body, created, tries, error) VALUES (${id}, 't1_clerk', 0, 'note', '{"text":"done before"}', FROM_UNIXTIME(${created}), 10, 'x'),
    (800001, 't1_clerk', 0, 'note', '{"text":"alike"}', UTC_TIMESTAMP(3), 10, 'x'), (800002, 't1_clerk', 0, 'note', '{"text":"alike"}', UTC_TIMESTAMP(3), 10, 'x');
    INSERT INTO queue.job_order (entry, verb) VALUES (${id}, 'replay'), (800001, 'replay'), (800002, 'replay'), (800002, 'replay')`)
  await hurry()
  await until('all are gone', async () => await waiting() === 0 && await dead(`id IN (${id}, 800001, 800002)`) === 0)
  assert.equal(await notes("text = 'alike'"), 2)
  assert.equal(await notes("text = 'done before'"), 1)
})

test('an order for what is not there is refused, with what to do', async () => {
  await assert.rejects(job('cancel', '999999'), (error) => error.code === 1 && /no waiting or running job has the number 999999/.test(error.stderr))
  await assert.rejects(job('drop', '999999'), (error) => error.code === 1)
  await assert.rejects(job('drop', 'x'), (error) => error.code === 2)
  await assert.rejects(job('destroy', '1'), (error) => error.code === 2)
})

// ---- in the portal ----

async function portal (tenant, role = 'owner') {
  const host = `${tenant}-portal.localhost`, headers = { Cookie: await stack.signIn(tenant, role), 'Accept-Language': 'en' }
  const look = async () => (await stack.request(host, '/portal/jobs', { headers })).body
  const press = async (verb, id) => {
    const url = `/portal/jobs/${id}/${verb}`
    const _key = await stack.key(host, '/portal/jobs', headers, url)
    return stack.request(host, url, { headers, form: { _key, sure: '1' } })
  }
  return { host, headers, look, press }
}

test('a member sees what runs, with its progress, and cancels it', async () => {
  const { look, press } = await portal('acme')
  await ask('slow', 'seen')
  await until('its progress is seen', async () => /Running, \d+ of 60/.test(await look()))
  assert.equal((await look()).match(/aria-current="page"/g).length, 1)
  assert.match(await look(), /<a href="\/portal\/jobs" aria-current="page">/)
  assert.match(await look(), /<th [^>]*>Slow<span[^>]*>Clerk</)
  assert.equal((await press('cancel', await idOf('slow'))).headers.location, '/portal/jobs')
  await until('it is gone', async () => await waiting("name = 'slow'") === 0)
})

test('a member sees what could not be done and why, tries it again, and forgets it', async () => {
  const { look, press } = await portal('acme')
  await stack.sql("DELETE FROM queue.dead WHERE name = 'hopeless'")
  await ask('hopeless', 'x')
  await until('it is dead', async () => await dead("name = 'hopeless'") === 1)
  const id = await idOf('hopeless', 'dead')
  await stack.sql(`UPDATE queue.dead SET died = '2020-01-01' WHERE id = ${id}`)
  assert.match(await look(), /Failed jobs[^]*Hopeless[^]*There is no sense in it/)
  await press('replay', id)
  await until('it has died again', async () => await dead(`id = ${id} AND died > '2021-01-01'`) === 1)
  await press('drop', await idOf('hopeless', 'dead'))
  await until('it is gone', async () => await dead("name = 'hopeless'") === 0)
})

test('nobody sees or stops another tenant\'s work, whatever the form says', async () => {
  await ask('note', 'mine', { delay: '3600' })
  const id = await idOf('note'), { host, headers, look, press } = await portal('beta')
  assert.doesNotMatch(await look(), new RegExp(`jobs/${id}/`))
  await ask('note', 'theirs', { delay: '3600' }, 'beta')
  const own = await idOf('note')
  const url = `/portal/jobs/${own}/cancel`
  const _key = await stack.key(host, '/portal/jobs', headers, url)
  await stack.request(host, `/portal/jobs/${id}/cancel`, { headers, form: { _key, sure: '1' } })
  await stack.sql(`INSERT INTO queue.job_order (role, entry, verb) VALUES ('t${ids.beta}_portal', ${id}, 'cancel'), ('t${ids.acme}_clerk', ${id}, 'cancel')`)
  await press('cancel', own)
  await until('their own is gone', async () => await waiting(`id = ${own}`) === 0)
  assert.equal(await waiting(`id = ${id}`), 1)
  await job('cancel', id)
  await until('it is gone', async () => await waiting(`id = ${id}`) === 0)
})

test('who may not see background work has no page of it', async () => {
  await stack.sql(`INSERT INTO t${ids.acme}.role (name) VALUES ('guest')`)
  const { host, headers } = await portal('acme', 'guest')
  const { status, body } = await stack.request(host, '/portal/jobs', { headers })
  assert.equal(status, 403)
  assert.doesNotMatch(body, /href="\/portal\/jobs"/)
})
