// SPDX-License-Identifier: EUPL-1.2
// Hostile modules: others are not affected, and the log says what happened.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { alive, build, configure, json, lines, mark, metric, Packages, withNeighbours } from './faults.mjs'

const acme = 'acme.localhost'
const beta = 'beta.localhost'
const neighbours = [[acme, '/fr/guestbook/'], [beta, '/nl/guestbook/']]
const EPERM = 1
const EACCES = 13
const EROFS = 30
const ENOENT = 2
const separate = process.getuid() === 0 // modules have user ids of their own
let stack, packages

const install = (module, ...tenants) => tenants.reduce((done, tenant) =>
  done.then(() => stack.cli('module', 'install', module, '--tenant', tenant)), Promise.resolve())
const get = (host, module, rest = '/') => stack.request(host, `/fr/${module}${rest}`)
const deaths = (from, module) => lines(stack, from, `worker of '${module}'`, 'in a request')
const beside = (action) => withNeighbours(stack, neighbours, action)

before(async () => {
  packages = new Packages('portal', 'guestbook')
  stack = await start({ modules: packages.folder,
    config: ['hard_milliseconds = 800', 'soft_milliseconds = 200', 'worker_resident = 40'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('tenant', 'create', 'beta', '--title', 'Beta')
  await install('guestbook', 'acme', 'beta')
  await until('the neighbours answer', async () =>
    (await Promise.all(neighbours.map(([host, url]) => stack.request(host, url)))).every(({ status }) => status === 200))
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

// Installs a module of the build, and waits until its routes exist.
async function bring (module, ...tenants) {
  if (!fs.existsSync(packages.path(module))) packages.add(module)
  await install(module, ...tenants)
  for (const tenant of tenants) {
    const link = path.join(fs.realpathSync(path.join(stack.folder, 'run')), 't', `${tenant}.localhost`, module)
    await until(`the route of ${module}`, () => fs.existsSync(link))
  }
}

// ---- crashes ----

test('a module that crashes in each request goes out of service when two tenants have seen it, counted by request', async () => {
  await bring('crasheach', 'acme', 'beta')
  const from = mark(stack)
  await beside(async () => {
    assert.equal((await get(acme, 'crasheach')).status, 503)
    await until('both tries have died', () => deaths(from, 'crasheach').length === 2)
    const [first, second] = deaths(from, 'crasheach')
    const id = first.match(/request=([0-9a-f]{32}) /)[1]
    assert.ok(second.includes(`request=${id} `), 'the retry is the same request')
    for (const part of ['signal 11', 'tenant=acme', 'module=crasheach', 'route=0', 'path=/fr/crasheach/']) {
      assert.ok(first.includes(part), `${part} in: ${first}`)
    }
    assert.equal((await get(acme, 'crasheach')).status, 503)
    await until('four workers have died', () => deaths(from, 'crasheach').length === 4)
    assert.equal(lines(stack, from, "module 'crasheach'", 'is out of service').length, 0, 'two requests are too few')
    assert.equal((await get(beta, 'crasheach')).status, 503)
    await until('it is out of service', () => lines(stack, from, "module 'crasheach' 1.0.0 is out of service for 60 s").length === 1)

    const dead = deaths(from, 'crasheach').length
    for (let i = 0; i < 5; i++) assert.equal((await get(acme, 'crasheach')).status, 503)
    assert.equal(deaths(from, 'crasheach').length, dead, 'no worker is started for it any more')
    assert.equal(await metric(stack, 'scopiton_crashes_total', 'crasheach'), 3, 'counted by request')
    assert.equal(await metric(stack, 'scopiton_up', 'crasheach'), 0)
  })
  await until('the list of modules says why', async () =>
    /crasheach .*Out of service: most of its last requests crashed/.test(await stack.cli('module', 'list', 'acme')))
})

test('a module of one tenant only goes out of service by that tenant alone, also when it calls exit', async () => {
  await bring('exiter', 'beta')
  const from = mark(stack)
  await beside(async () => {
    for (let i = 0; i < 3; i++) assert.equal((await get(beta, 'exiter')).status, 503)
    await until('it is out of service', () => lines(stack, from, "module 'exiter' 1.0.0 is out of service").length === 1)
  })
  assert.match(deaths(from, 'exiter')[0], /ended with status 0 in a request \(request=[0-9a-f]{32} tenant=beta module=exiter/)
})

test('reading the configuration again puts a module back in service, its resting routes too', async () => {
  packages.addAs('crashone', 'crashback')
  await bring('crashback', 'acme')
  const from = mark(stack)
  for (let i = 0; i < 3; i++) await get(acme, 'crashback', '/crash')
  await until('it is out of service', () => lines(stack, from, "module 'crashback'", 'is out of service').length === 1)
  assert.equal((await get(acme, 'crashback')).status, 503)
  await beside(() => configure(stack, {}, 'guestbook'))
  await until('it is back', () => lines(stack, from, "module 'crashback'", 'is back in service').length === 1)
  assert.equal((await get(acme, 'crashback')).status, 200)
  await until('the list of modules says nothing more', async () =>
    !/crashback .*Out of service/.test(await stack.cli('module', 'list', 'acme')))

  for (let i = 0; i < 5; i++) assert.equal((await get(acme, 'crashback')).status, 200)
  const dead = deaths(from, 'crashback').length
  for (let i = 1; i <= 2; i++) { // three crashes make it rest, not the first
    await get(acme, 'crashback', '/crash')
    await until(`the route is tried for request ${i}`, () => deaths(from, 'crashback').length === dead + 2 * i, 3)
  }
})

test('one bad route rests for its tenant; its other routes and the other tenants go on', async () => {
  await bring('crashone', 'acme', 'beta')
  const from = mark(stack)
  await beside(async () => {
    for (let i = 0; i < 6; i++) {
      for (const host of [acme, beta]) assert.equal((await get(host, 'crashone')).status, 200)
    }
    for (let i = 0; i < 3; i++) assert.equal((await get(acme, 'crashone', '/crash')).status, 503)
    await until('the route rests', () => lines(stack, from, "route 1 of 'crashone' is suspended for 60 s for tenant 'acme'").length === 1)
    const dead = deaths(from, 'crashone').length
    assert.ok(dead === 5 || dead === 6, `${dead} deaths: a GET is tried twice, the last one's second try meets the rest`)
    const refused = await get(acme, 'crashone', '/crash')
    assert.equal(refused.status, 503)
    assert.ok(refused.headers['retry-after'])
    assert.equal(deaths(from, 'crashone').length, dead, 'the handler is not called while its route rests')
    assert.equal((await get(acme, 'crashone')).status, 200)
    assert.equal((await get(beta, 'crashone')).status, 200)

    await get(beta, 'crashone', '/crash')
    await until("beta's own request is tried", () => deaths(from, 'crashone').length === dead + 2)
    assert.equal((await get(beta, 'crashone')).status, 200)
  })
  assert.equal(lines(stack, from, "module 'crashone'", 'is out of service').length, 0)
})

test('a POST whose worker crashed is answered with 503 and never tried again', async () => {
  await bring('crashone', 'acme', 'beta')
  const form = { _key: await stack.key(beta, '/fr/crashone/') }
  const from = mark(stack)
  assert.equal((await stack.request(beta, '/fr/crashone/crash', { form })).status, 503)
  await until('its worker has died', () => deaths(from, 'crashone').length > 0)
  assert.equal((await get(beta, 'crashone')).status, 200)
  assert.equal(deaths(from, 'crashone').length, 1)
})

test('a module that crashes in every tenth request answers each GET and stays in service', async () => {
  await bring('crashtenth', 'acme')
  const from = mark(stack)
  await beside(async () => {
    for (let i = 0; i < 60; i++) assert.equal((await get(acme, 'crashtenth')).status, 200, `request ${i}`)
  })
  await until('five deaths are told', () => deaths(from, 'crashtenth').length >= 5)
  assert.equal(lines(stack, from, 'crashtenth', /out of service|rests/).length, 0)
})

// A request that ends on the module's own account, whatever it says meanwhile on the scoreboard.
for (const as of ['other', 'none', 'idle']) {
  test(`a module that crashes and says that it was ${as} is counted, once a request, for the tenant that it served`, async () => {
    const state = path.join(fs.realpathSync(path.join(stack.folder, 'run')), 'state')
    const counts = () => Object.fromEntries([...fs.readFileSync(state, 'utf8').matchAll(/^crashes \d+ (\d+) \d+ (\d+)$/mg)].map(([, tenant, count]) => [tenant, Number(count)]))
    await bring('shifter', 'acme', 'beta')
    process.kill(stack.pid('supervisor'), 'SIGHUP') // back in service
    await until('it serves', async () => (await json(stack, acme, '/fr/shifter/board')).text === 'found')
    for (let i = 0; i < 20; i++) await json(stack, acme, '/fr/shifter/board')
    const from = mark(stack), before = counts(), crashes = await metric(stack, 'scopiton_crashes_total', 'shifter')
    await beside(() => get(acme, 'shifter', `/crash/${as}`))
    await until('both tries are told', () => deaths(from, 'shifter').length === 2)
    for (const line of deaths(from, 'shifter')) assert.match(line, /request=[0-9a-f]{32} tenant=acme module=shifter route=65535 path=x{79}\)/)
    assert.equal(await metric(stack, 'scopiton_crashes_total', 'shifter'), crashes + 1)
    await until('one of acme', () => counts()[1] === (before[1] ?? 0) + 1)
    assert.equal(counts()[2], before[2], 'none of beta')
    for (let i = 0; i < 12; i++) await get(beta, 'shifter', `/crash/${as}`)
    for (let i = 0; i < 12; i++) await get(acme, 'shifter', `/crash/${as}`)
    await until('it is out of service', () => lines(stack, from, "module 'shifter' 1.0.0 is out of service").length === 1)
  })
}

test('a module that says it is done, or ready, and ends goes out of service too', async () => {
  packages.addAs('shifter', 'eager')
  await bring('eager', 'acme')
  await bring('shifter', 'acme', 'beta')
  process.kill(stack.pid('supervisor'), 'SIGHUP')
  await until('the other serves', async () => (await json(stack, acme, '/fr/shifter/board')).text === 'found')
  const from = mark(stack)
  await beside(async () => {
    for (let i = 0; i < 12; i++) await get(acme, 'shifter', '/crash/done')
    await until('the one that is done', () => lines(stack, from, "module 'shifter' 1.0.0 is out of service").length === 1)
    for (let i = 0; i < 12; i++) await get(acme, 'eager')
    await until('the one that is ready', () => lines(stack, from, "module 'eager' 1.0.0 is out of service").length === 1)
  })
  const ends = lines(stack, from, "worker of 'eager'").length
  assert.ok(ends > 0 && ends <= 24, `${ends} workers were started for it`)
})

test('a module that works and says that it is idle is seen at work by its gateway, and counted by that', async () => {
  await bring('shifter', 'acme')
  await configure(stack, { hard_milliseconds: 30000 }, 'shifter')
  const control = path.join(fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1], 'control')
  const drained = () => new Promise((resolve) => net.connect(control, function () { this.write('drained 1 shifter\n') }).on('data', (answer) => resolve(String(answer).trim())))
  try {
    for (let i = 0; i < 3; i++) assert.equal((await json(stack, acme, '/fr/shifter/board')).text, 'found')
    await until('the last one has ended', async () => await metric(stack, 'scopiton_workers_busy', 'shifter') === 0)
    const from = mark(stack), before = await metric(stack, 'scopiton_requests_total', 'shifter')
    assert.ok(before >= 3 && before < 1000, `${before} requests`)
    await beside(async () => {
      const posing = json(stack, acme, '/fr/shifter/pose/idle')
      await until('it is at work', async () => await metric(stack, 'scopiton_workers_busy', 'shifter') === 1)
      await stack.sql('UPDATE scopiton.directory_version SET version = version + 1')
      await until('the directory is published again', () => lines(stack, from, 'the directory of', 'was published').length > 0)
      assert.equal(await drained(), 'no', 'a copy of its tables waits for it')
      assert.equal(await metric(stack, 'scopiton_workers_busy', 'shifter'), 1)
      assert.ok(await metric(stack, 'scopiton_failures_total', 'shifter') <= await metric(stack, 'scopiton_requests_total', 'shifter'))
      for (const pid of await stack.workers('shifter')) process.kill(pid, 'SIGCONT')
      assert.deepEqual(await posing, { status: 200, text: 'posed' })
    })
    assert.equal(lines(stack, from, 'slow request', 'module=shifter').length, 1)
    await until('it has ended', async () => await drained() === 'yes')
    assert.equal(await metric(stack, 'scopiton_requests_total', 'shifter'), before + 1)
  } finally {
    await configure(stack, { hard_milliseconds: 800 }, 'shifter')
  }
})

test('code that says it is idle, or has done its last request, and never ends is killed by the host\'s own clock', async () => {
  await bring('shifter', 'acme', 'beta')
  for (const [as, told] of [['over', 'ended a request after'], ['last', "killed a worker of 'shifter' that did not end"]]) {
    process.kill(stack.pid('supervisor'), 'SIGHUP') // back in service
    await until('it serves', async () => (await json(stack, acme, '/fr/shifter/board')).text === 'found')
    const from = mark(stack), answered = get(acme, 'shifter', `/pose/${as}`).catch(() => {})
    await until(`${as} is told`, () => lines(stack, from, told).length > 0, 20)
    for (const tenant of ['acme', 'beta']) await stack.cli('module', 'disable', 'shifter', '--tenant', tenant)
    await until('none is left', async () => (await stack.workers('shifter')).filter(alive).length === 0, 30)
    await answered
    await install('shifter', 'acme', 'beta')
    await until('it serves again', async () => (await json(stack, acme, '/fr/shifter/board')).text === 'found')
  }
})

test('a pool that cannot start goes out of service with the reason', async () => {
  packages.addAs('guestbook', 'unstartable')
  await install('unstartable', 'acme')
  const hash = await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'unstartable'")
  const file = path.join(stack.folder, 'modules', hash, 'unstartable.so')
  fs.rmSync(file)
  fs.writeFileSync(file, 'no shared object')
  const from = mark(stack)
  await beside(async () => {
    assert.equal((await until('a failed answer', async () => {
      const answer = await get(acme, 'unstartable')
      return answer.status !== 404 && answer
    })).status, 503)
    await until('it is out of service', () => lines(stack, from, "module 'unstartable' 1.0.0 is out of service", 'is not a shared object').length === 1)
  })
  await until('the list of modules says why', async () =>
    /unstartable .*Out of service: .*is not a shared object/.test(await stack.cli('module', 'list', 'acme')))
})

// ---- time and memory ----

test('an endless loop is ended at the hard limit, counted once, and told', async () => {
  await bring('endless', 'acme', 'beta')
  assert.equal((await get(acme, 'endless')).status, 200)
  const from = mark(stack)
  await beside(async () => {
    const begun = Date.now()
    const looping = get(acme, 'endless', '/loop')
    await until('it is told as slow', () => lines(stack, from, 'slow request', 'module=endless').length > 0)
    assert.equal((await get(acme, 'endless')).status, 200)
    assert.equal((await get(beta, 'endless')).status, 200)
    assert.equal((await looping).status, 503)
    assert.ok(Date.now() - begun < 6000, `${Date.now() - begun} ms for two tries of 0.8 s`)
  })
  await until('both ends are told', () => lines(stack, from, 'ended a request after', 'module=endless').length === 2 && deaths(from, 'endless').length === 2)
  const ended = lines(stack, from, 'ended a request after', 'module=endless')
  assert.match(ended[0], /after \d+ ms \(request=[0-9a-f]{32} tenant=acme module=endless route=1 path=\/fr\/endless\/loop\)/)
  assert.equal(lines(stack, from, 'endless', /out of service|rests/).length, 0, 'one request is too few')
})

const nice = (pid) => { try { return Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[16]) } catch { return undefined } }

test('a request that keeps a processor busy lets all others go first, until it ends; one that waits does not', async () => {
  packages.addAs('hoarder', 'busy')
  packages.addAs('slow', 'waiting')
  await bring('busy', 'acme')
  await bring('waiting', 'acme')
  await configure(stack, { hard_milliseconds: 20000 }, 'guestbook')
  const ordinary = nice(process.pid), nices = async (module) => (await stack.workers(module)).map(nice)
  try {
    assert.equal((await get(acme, 'busy')).status, 200)
    await beside(async () => {
      const spinning = get(acme, 'busy', '/spin/6000'), waiting = get(acme, 'waiting')
      await until('it goes last', async () => (await nices('busy')).includes(19), 6)
      assert.ok((await nices('waiting')).every((one) => one === ordinary), 'a worker that waits keeps its turn')
      assert.deepEqual([(await spinning).status, (await waiting).status], [200, 200])
      await until('none goes last', async () => (await nices('busy')).every((one) => one === ordinary), 3)
      assert.equal((await get(acme, 'busy')).status, 200)
      let going = true
      const shorter = (async () => { while (going) assert.equal((await get(acme, 'busy', '/spin/150')).status, 200) })()
      await until('a shorter one goes later', async () => (await nices('busy')).includes(ordinary + 10), 6)
      going = false
      await shorter
    })
  } finally {
    await configure(stack, { hard_milliseconds: 800 }, 'guestbook')
  }
})

test("a job's worker goes after those of pages", async () => {
  await bring('talker', 'acme')
  const _key = await stack.key(acme, '/fr/talker/')
  assert.equal((await stack.request(acme, '/fr/talker/ask', { form: { _key } })).status, 303)
  const ordinary = nice(process.pid), nices = await until('there is one for each', async () => {
    const all = (await stack.workers('talker')).map(nice)
    return all.length > 1 && new Set(all).size > 1 && all
  })
  assert.deepEqual([...new Set(nices)].sort((a, b) => a - b), [ordinary, ordinary + 10])
})

test('a worker that leaks is replaced without a failed request', async () => {
  await bring('leak', 'acme')
  const from = mark(stack)
  const pids = new Set()
  await beside(async () => {
    for (let i = 0; i < 40; i++) {
      assert.equal((await get(acme, 'leak')).status, 200, `request ${i}`)
      for (const pid of await stack.workers('leak')) pids.add(pid)
    }
    for (let i = 0; i < 10; i++) {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => get(acme, 'leak', `/?n=${n}`)))
      assert.ok(answers.every(({ status }) => status === 200), answers.map(({ status }) => status).join())
    }
  })
  await until('they are told', () => lines(stack, from, 'worker leak', 'replaced: uses').length >= 4)
  for (let i = 0; i < 150; i++) assert.equal((await get(acme, 'leak', '/files')).status, 200, `request ${i}, with ten descriptors each`)
  await until('that is told too', () => lines(stack, from, 'worker leak', 'descriptors are left').length >= 4)
  assert.ok(pids.size >= 4, `${pids.size} workers`)
  assert.equal(deaths(from, 'leak').length, 0)
})

// ---- descriptors ----

// Seconds of CPU that a process has used.
function cpu (pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

for (const [rest, words] of [['/close', 'closes the listening socket in its worker'], ['/shut', 'shuts the listening socket down for all']]) {
  test(`a module that ${words} is served again within seconds and keeps nobody's processor busy`, async () => {
    const module = rest.slice(1) + 'er'
    packages.addAs('closer', module)
    await bring(module, 'acme')
    assert.equal((await get(acme, module)).status, 200)
    await beside(async () => {
      assert.equal((await get(acme, module, rest)).status, 200)
      const pids = [stack.pid('supervisor'), ...await stack.workers(module)]
      const used = pids.map(cpu)
      await sleep(1000) // the time over which the processor's use is measured
      const busy = pids.filter((pid, i) => alive(pid) && cpu(pid) - used[i] > 0.5)
      const answer = await Promise.race([get(acme, module), sleep(5000)])
      await stack.cli('module', 'disable', module, '--tenant', 'acme')
      assert.deepEqual([answer?.status, busy.map((pid) => pid === pids[0] ? 'supervisor' : 'worker')], [200, []])
    })
  })
}

test('a socket that cannot be made anew is told, and made when it can be', async () => {
  packages.addAs('crasheach', 'barred')
  await bring('barred', 'acme')
  const pools = path.join(stack.folder, 'run/pools'), pool = fs.readdirSync(pools).find((name) => name.startsWith('barred-'))
  const socket = path.join(pools, pool, 'sock'), from = mark(stack), reload = () => process.kill(stack.pid('supervisor'), 'SIGHUP')
  await until('it is out of service', async () => (await get(acme, 'barred')).status === 503 && !fs.existsSync(socket))
  fs.mkdirSync(path.join(`${socket}.new`, 'in-the-way'), { recursive: true })
  reload()
  await until('it is told', () => lines(stack, from, `pool '${pool}' cannot listen`).length > 0)
  fs.rmSync(`${socket}.new`, { recursive: true })
  reload()
  await until('it listens again', () => fs.existsSync(socket))
  await stack.cli('module', 'disable', 'barred', '--tenant', 'acme')
})

// ---- the sandbox ----

for (const [abi, words] of [[99, "with this kernel's own Landlock"], [2, "with the Landlock of Debian 12's kernel"], [0, 'without Landlock']]) {
  test(`a module starts no process, opens no file, reaches no network, makes no code, ${words}`, async () => {
    for (const module of ['forker', 'filer', 'networker', 'execmem']) await bring(module, 'acme')
    await configure(stack, { landlock_abi: abi }, 'guestbook', 'forker', 'filer', 'networker', 'execmem')
    const run = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1]
    const pools = fs.readdirSync(path.join(run, 'pools'))
    const from = mark(stack)
    const open = async (file, mode) =>
      (await json(stack, acme, `/fr/filer/?mode=${mode}&path=${encodeURIComponent(file)}`)).errno

    await beside(async () => {
      const forker = await json(stack, acme, '/fr/forker/')
      assert.deepEqual(forker, { status: 200, fork: EPERM, exec: EPERM, kill: EPERM, ptrace: EPERM, setuid: EPERM })

      const guestbook = pools.find((name) => name.startsWith('guestbook-'))
      const { unix, ...families } = await json(stack, acme,
        `/fr/networker/?path=${encodeURIComponent(`${run}/pools/${guestbook}/sock`)}`)
      assert.deepEqual(families, { status: 200, inet: EPERM, inet6: EPERM, netlink: EPERM, packet: EPERM })
      const control = await json(stack, acme, `/fr/networker/?path=${encodeURIComponent(`${run}/control`)}`)
      if (separate) {
        assert.equal(unix, ENOENT, "another pool's socket")
        assert.equal(control.unix, ENOENT, "the supervisor's socket")
      }

      assert.deepEqual(await json(stack, acme, '/fr/execmem/'), { status: 200, mmap: EPERM, mprotect: EPERM, memfd: EPERM })

      const hash = await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'filer'")
      const own = path.join(stack.folder, 'modules', hash, 'filer.so')
      const landlock = abi > 0
      const kept = (number, file) => assert.ok([EPERM, EACCES, EROFS].includes(number), `${file}: errno ${number}`)
      if (landlock || separate) {
        for (const file of ['secrets/.db', 'secrets/.root', 'secrets/guestbook']) kept(await open(path.join(stack.folder, file), 'read'), file)
        for (const file of ['scopiton.conf', 'made', 'run/made', 'modules/made']) kept(await open(path.join(stack.folder, file), 'write'), file)
        kept(await open(own, 'write'), own)
      }
      if (landlock) {
        for (const file of ['/etc/passwd', '/proc/self/mem', '/proc/self/environ', path.join(stack.folder, 'secrets/filer'), path.join(stack.folder, 'log/scopiton.log')]) {
          kept(await open(file, 'read'), file)
        }
        kept(await open(`/tmp/scopiton-filer-${process.pid}`, 'write'), '/tmp')
        kept(await open('/dev/shm/scopiton-filer', 'write'), '/dev/shm')
      }
      assert.equal(await open(own, 'read'), 0, 'its own shared object is the one file that it may read')
    })
    const told = () => lines(stack, from, 'no Landlock here').length > 0
    if (abi === 0) await until('the log says that there is no Landlock', told)
    else assert.equal(told(), false)
  })
}

test('a worker has no file open but the log and shared memory, and its standard input leads nowhere', { skip: separate ? false : 'only as root do modules run under user ids of their own' }, async () => {
  await get(acme, 'guestbook')
  const [pid] = await stack.workers('guestbook')
  const targets = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try { return [fd, fs.readlinkSync(`/proc/${pid}/fd/${fd}`)] } catch { return [fd, 'gone'] }
  })
  const inputs = targets.filter(([fd]) => fd === '0').map(([, target]) => target)
  assert.deepEqual(inputs.filter((target) => target !== '/dev/null'), [], 'standard input leads nowhere')
  const files = targets.map(([, target]) => target).filter((target) => target.startsWith('/') && target !== '/dev/null')
  assert.deepEqual(files.filter((target) => !/scopiton\.log$|^\/memfd:/.test(target)), [])
})

test('a worker has the memory and the open files that it is given, and leaves no core', async () => {
  await get(acme, 'guestbook')
  const [pid] = await stack.workers('guestbook'), limits = fs.readFileSync(`/proc/${pid}/limits`, 'utf8')
  assert.match(limits, new RegExp(`^Max address space +${512 << 20} +${512 << 20} `, 'm'))
  assert.match(limits, /^Max open files +(\d{1,3}) +\1 /m)
  assert.match(limits, /^Max core file size +0 +0 /m)
})

// ---- data ----

test('a statement that is made at run time is not run at all, whatever it asks', async () => {
  await bring('foreigner', 'acme', 'beta')
  const from = mark(stack), questions = ['own/1', 'socle/1', 'module/1', 'module/2', 'portal/1', 'tenant/2', 'socle/2', 'platform/1', 'accounts/1', 'file/1']
  await beside(async () => {
    for (const question of questions) {
      const answer = await json(stack, acme, `/fr/foreigner/ask/${question}`)
      assert.deepEqual([answer.status, answer.text], [503, undefined], `${question}: ${JSON.stringify(answer)}`)
    }
    for (const role of ['guestbook/1', 'foreigner/2']) assert.equal((await json(stack, acme, `/fr/foreigner/role/${role}`)).status, 503, role)
  })
  assert.ok(lines(stack, from, "a worker of module 'foreigner' sent MariaDB a command that it may not send").length >= questions.length)
})

test('native code that speaks to MariaDB by itself gets no answer to anything but what its package says', async () => {
  await bring('gatecrasher', 'acme', 'beta')
  const own = { status: 200, text: 't1_gatecrasher' }
  assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/own'), own)
  assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/raw/allowed'), { status: 200, text: '0' }, 'an attack would be answered')
  await beside(async () => {
    for (const what of ['select', 'lock', 'xa', 'set', 'role', 'all-roles', 'use', 'longer', 'password', 'prepare', 'database', 'user', 'multiple',
      'kill', 'shutdown', 'reset']) {
      assert.deepEqual(await json(stack, acme, `/fr/gatecrasher/raw/${what}`), { status: 200, text: 'closed' }, what)
      assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/own'), own, `after ${what}`)
    }
  })
  assert.equal((await stack.sql("SELECT COUNT(*) FROM information_schema.innodb_trx")).trim(), '0')
  assert.equal((await stack.sql("SELECT IS_USED_LOCK('scopiton_installer') IS NULL")).trim(), '1')
})

test('nothing that a worker has open holds up the supervisor, the services or a sign-in', async () => {
  await bring('gatecrasher', 'acme')
  packages.addAs('closer', 'unhurried')
  await configure(stack, { hard_milliseconds: 20000 }, 'gatecrasher')
  try {
    await beside(async () => {
      const held = json(stack, acme, '/fr/gatecrasher/descriptors'), from = mark(stack)
      await sleep(1000)
      await install('unhurried', 'acme')
      await until('a worker of another module starts', async () => (await get(acme, 'unhurried')).status === 200)
      const page = await stack.request('acme-portal.localhost', '/portal/sign-in')
      const wrong = await stack.request('acme-portal.localhost', '/portal/sign-in',
        { form: { _key: page.body.match(/name="_key" value="([^"]+)"/)[1], mail: 'nobody@example.org', password: 'quatre mots inattendus' } })
      assert.ok([200, 422].includes(wrong.status), `a password is checked meanwhile: ${wrong.status}`)
      assert.match(await stack.metrics(), /^scopiton_up/m)
      assert.deepEqual(await Promise.race([held.then(() => 'ended'), Promise.resolve('held')]), 'held', 'all this was meanwhile')
      const { status, text } = await held
      assert.equal(status, 200)
      assert.match(text, /^[1-9]\d* waiting, 0 locked$/, 'it had descriptors, and no file to lock')
      assert.equal(lines(stack, from, 'killed').length, 0)
    })
  } finally {
    await configure(stack, { hard_milliseconds: 800 }, 'gatecrasher')
  }
})

test('a worker has so many statements prepared at once, whatever it says to have closed', async () => {
  await bring('gatecrasher', 'acme')
  await configure(stack, { hard_milliseconds: 20000 }, 'gatecrasher')
  const key = execFileSync('/usr/bin/python3', ['-c', "import hashlib; print(hashlib.blake2b(b'SELECT text FROM note LIMIT 1', digest_size=16).hexdigest(), end='')"]).toString()
  const prepared = async () => Number((await stack.sql("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")).split('\t')[1])
  try {
    const before = await prepared()
    for (const [close, outcome] of [['each', 'open'], ['none', 'closed'], ['others', 'closed'], ['each', 'open']]) {
      assert.deepEqual(await json(stack, acme, `/fr/gatecrasher/prepare?key=${key}&close=${close}`), { status: 200, text: outcome }, close)
      assert.ok(await prepared() < before + 350, `${close}: ${await prepared()} statements`)
      assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/own'), { status: 200, text: 't1_gatecrasher' }, `after ${close}`)
    }
  } finally {
    await configure(stack, { hard_milliseconds: 800 }, 'gatecrasher')
  }
})

test("what a request has prepared or left open is no use in another tenant's request", async () => {
  await bring('gatecrasher', 'acme', 'beta')
  await configure(stack, { pool_workers: 1 }, 'gatecrasher')
  try {
    assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/own'), { status: 200, text: 't1_gatecrasher' })
    assert.equal((await json(stack, beta, '/fr/gatecrasher/execute')).text, 'closed', "acme's statement, with acme's role still set")
    assert.deepEqual(await json(stack, beta, '/fr/gatecrasher/own'), { status: 200, text: 't2_gatecrasher' })
    assert.equal((await json(stack, acme, '/fr/gatecrasher/open')).text, '0')
    await until('the transaction has ended with the request', async () =>
      (await stack.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'scop_gatecrasher'")).trim() === '0')
    assert.deepEqual(await json(stack, beta, '/fr/gatecrasher/own'), { status: 200, text: 't2_gatecrasher' })
  } finally {
    await configure(stack, { pool_workers: 4 }, 'gatecrasher')
  }
})

test("a worker has one connection for statements, and none to another module's gateway", { skip: separate ? false : 'only as root do modules run under user ids of their own' }, async () => {
  await bring('gatecrasher', 'acme')
  await json(stack, acme, '/fr/gatecrasher/own')
  await get(acme, 'guestbook')
  const run = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1] // a socket's path may have 107 bytes
  const pools = path.join(run, 'pools')
  const of = (module) => {
    const pool = path.join(pools, fs.readdirSync(pools).find((name) => name.startsWith(`${module}-`)))
    return path.join(pool, fs.readdirSync(pool).find((name) => name.startsWith('lines.')))
  }
  const connect = async (to) => {
    const answer = await json(stack, acme, `/fr/gatecrasher/connect?path=${encodeURIComponent(to)}`)
    assert.equal(answer.status, 200, JSON.stringify(answer))
    return answer.text
  }
  for (const to of [of('guestbook'), path.join(run, 'db.sock'), path.join(run, 'control'), path.join(run, 'out')]) {
    assert.equal(await connect(to), String(ENOENT), to)
  }
  assert.equal(await connect(of('gatecrasher')), 'greeted', 'it takes the place of the first')
  const count = async () => Number(await stack.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'scop_gatecrasher'"))
  await until('there are no more than workers', async () => await count() <= (await stack.workers('gatecrasher')).length)
  assert.deepEqual(await json(stack, acme, '/fr/gatecrasher/own'), { status: 200, text: 't1_gatecrasher' })
})

test('a handler that writes in a GET is refused by MariaDB, and nothing is stored', async () => {
  await bring('writer', 'acme')
  const answer = await json(stack, acme, '/fr/writer/')
  assert.equal(answer.status, 500)
  assert.match(answer.reference, /^[0-9a-f]{32}$/)
  assert.match(answer.detail, /1792|read.only/i)
  await until('the cause is logged with the reference', () => lines(stack, 0, answer.reference, 'failed:').length > 0)
  assert.equal(lines(stack, 0, answer.reference, 'failed:').length, 1, 'once')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1_writer.note'), '0')
})

test('a handler that gives no answer is answered with 500 and a reference', async () => {
  await bring('noanswer', 'acme')
  const { status, body } = await get(acme, 'noanswer')
  assert.equal(status, 500)
  const reference = body.match(/class="ref">([0-9a-f]{32})</)[1]
  await until('the log says so', () => lines(stack, 0, reference, "the handler of '/' gave no answer").length === 1)
})

// ---- installations that are refused ----

// Nothing of a module at a tenant: no role, account of a run, database, row, link, order under way or half-copied package.
async function leftBehind (module) {
  const found = []
  const ask = async (words, sql) => { const text = await stack.sql(sql); if (text) found.push(`${words}: ${text}`) }
  await ask('role', `SELECT user FROM mysql.global_priv WHERE user = 't1_${module}'`)
  await ask("a run's account", "SELECT user FROM mysql.global_priv WHERE user LIKE 'scop\\_run\\_%'")
  await ask('database', `SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 't1\\_${module}%'`)
  await ask('subscription', `SELECT tenant, state FROM scopiton.subscription WHERE module = '${module}'`)
  await ask('menu', `SELECT path FROM t1.menu WHERE module = '${module}'`)
  await ask('order', `SELECT id, state FROM scopiton.installer_order WHERE state NOT IN ('done', 'failed')`)
  await ask('right', `SELECT db, user FROM mysql.db WHERE db LIKE '%${module}%'`)
  found.push(...fs.readdirSync(path.join(stack.folder, 'modules')).filter((name) => name.startsWith('.')))
  found.push(...fs.readdirSync(path.join(stack.folder, 'run/t', acme)).filter((name) => name === module))
  return found
}

// Writes another version of the API, and perhaps another size, into the descriptor of a copy of wrongabi.
function descriptor (module, api, size) {
  packages.edit(module, `${module}.so`, (text) => {
    const bytes = Buffer.from(text, 'latin1')
    const at = text.search(/\0\0\x03\0(..\0\0){5}/s) // its version, then five sizes
    bytes.writeUInt32LE(api, at)
    if (size) bytes.writeUInt32LE(size, at + 4)
    return bytes.toString('latin1')
  })
}

// Makes the package of a refused module; each `why` is a part of the expected message.
const refusals = [
  { module: 'crashload', why: /ends the process that loads it \(signal 11\)/ },
  { module: 'exitload', why: /ends the process that loads it/ },
  { module: 'badversion', why: /needs the API version SCOPITON_9\.9, this host has SCOPITON_\d/,
    spoil: () => packages.edit('badversion', 'badversion.so', (bytes) => bytes.replace(/SCOPITON_2\.0\0/, 'SCOPITON_9.9\0')) },
  { module: 'oldversion', from: 'badversion', why: /was built for the API version SCOPITON_1\.0, this host has SCOPITON_2\.\d\. Build the module again with this host's headers/,
    spoil: () => packages.edit('oldversion', 'oldversion.so', (bytes) => bytes.replace(/SCOPITON_2\.0\0/, 'SCOPITON_1.0\0')) },
  { module: 'wrongabi', why: /has a descriptor of the API 3\.0, this host has 2\.\d\. Upgrade the host/ },
  { module: 'oldabi', from: 'wrongabi', why: /has a descriptor of the API 1\.0, this host has 2\.\d\. Build the module again/, spoil: () => descriptor('oldabi', 0x10000) },
  { module: 'newabi', from: 'wrongabi', why: /has a descriptor of the API 2\.99, this host has 2\.\d\. Upgrade the host/, spoil: () => descriptor('newabi', 0x20063) },
  { module: 'othersizes', from: 'wrongabi', why: /has a struct scop_module of 4660 bytes, this host one of \d+\. Build the module again/,
    spoil: () => descriptor('othersizes', 0x20000, 0x1234) },
  { module: 'privateuser', why: /uses the host's private functions/ },
  { module: 'needslib', why: /needs the library 'libxml2\.so\.2', which modules may not link/,
    spoil: () => execFileSync('gcc', ['-shared', '-Wl,--no-as-needed', '-o', packages.path('needslib', 'needslib.so'),
      path.join(build, 'names/needslib/needslib.o'), path.join(build, 'names/needslib/names.o'), `-L${build}`, '-lscopiton', '-lxml2']) },
  { module: 'notes', why: /statements\.txt' cannot be read/, spoil: () => fs.rmSync(packages.path('notes', 'statements.txt')) },
  { module: 'knobs', why: /has other statements than the statements\.txt next to it/,
    spoil: () => fs.appendFileSync(packages.path('knobs', 'statements.txt'), 'more\t0\tSELECT 1\n') },
  { module: 'nosymbol', why: /has no symbol 'scop_module'/ },
  { module: 'foreignsql', why: /does not fit its own schema: statement 'foreign_entries'.*denied/ },
  { module: 'badstatement', why: /does not fit its own schema: statement 'things'.*colour/ },
  { module: 'badmigration', why: /migration '0001_thing\.sql'.*thimg/,
    repair: () => {
      packages.add('badmigration')
      packages.edit('badmigration', 'migrations/0001_thing.sql', (text) => text.replace('thimg', 'thing'))
      packages.edit('badmigration', 'module.xml', (text) => text.replace('"1.0.0"', '"1.0.1"'))
    } },
]

for (const { module, from, why, spoil, repair } of refusals) {
  test(`'${module}' is refused with the reason and leaves nothing behind; a good one of its name installs later`, async () => {
    if (from) packages.addAs(from, module)
    else packages.add(module)
    spoil?.()
    await beside(async () => {
      const refused = await install(module, 'acme').then(() => null, (error) => error)
      assert.ok(refused, 'the installation went through')
      const said = refused.stderr.trim().split('\n').filter((line) => line.startsWith('scopiton:'))
      assert.equal(said.length, 1, refused.stderr)
      assert.match(said[0], why)
    })
    assert.equal((await get(acme, module)).status, 404)
    const left = await leftBehind(module)

    if (repair) repair()
    else packages.addAs('guestbook', module, '1.0.1')
    await install(module, 'acme')
    assert.equal((await until('the good one answers', async () => {
      const answer = await get(acme, module)
      return answer.status !== 404 && answer
    })).status, 200)
    assert.deepEqual(left, [], 'left behind by the refused installation')
  })
}

test('a refused newer version leaves the one before serving', async () => {
  packages.addAs('guestbook', 'twice')
  await install('twice', 'acme')
  await until('it answers', async () => (await get(acme, 'twice')).status === 200)
  const form = { _key: await stack.key(acme, '/fr/twice/'), name: 'Zoé', message: 'avant' }
  assert.equal((await stack.request(acme, '/fr/twice/', { form })).status, 303)

  packages.addAs('guestbook', 'twice', '1.1.0')
  const statements = fs.readFileSync(packages.path('twice', 'statements.txt'))
  fs.writeFileSync(packages.path('twice', 'statements.txt'), 'entries\t0\tSELECT mood FROM entry\n')
  await assert.rejects(install('twice', 'acme'), /other statements than the statements\.txt next to it/)
  assert.match((await get(acme, 'twice')).body, /avant/)
  fs.writeFileSync(packages.path('twice', 'statements.txt'), statements)
  fs.writeFileSync(packages.path('twice', 'migrations/0002_mood.sql'), 'ALTER TABLE enrty ADD COLUMN mood INT NULL;\n')
  await assert.rejects(install('twice', 'acme'), /migration '0002_mood\.sql'/)
  assert.match((await get(acme, 'twice')).body, /avant/)
  assert.match(await stack.cli('tenant', 'show', 'acme'), /twice 1\.0\.0, on/)
})

test('bad packages in the folder of modules are passed over, and the good ones beside them are offered', async () => {
  for (const { module, from, spoil } of refusals.slice(0, 6)) {
    if (from) packages.addAs(from, module)
    else packages.add(module)
    spoil?.()
  }
  packages.addAs('guestbook', 'soundone')
  await beside(() => stack.cli('migrate', '--leave-out')) // one that does not start is in use
  assert.match(await stack.cli('module', 'list'), /^soundone /m)
  for (const { module } of refusals.slice(0, 6)) packages.remove(module)
})

test('trying a package gives its code no rights: it makes no file', async () => {
  packages.add('loadwriter')
  const made = path.join(stack.folder, 'made-by-loadwriter')
  process.env.SCOPITON_TEST_MARK = made
  try {
    await install('loadwriter', 'acme').catch(() => {})
    assert.ok(!fs.existsSync(made), 'its constructor made a file with the rights of the installer')
  } finally {
    delete process.env.SCOPITON_TEST_MARK
    packages.remove('loadwriter')
  }
})

test("a package is tried and served without root's rights", { skip: process.getuid() !== 0 && 'started by root only: nobody else has rights to give away' }, async () => {
  packages.add('loadroot')
  try {
    await install('loadroot', 'acme')
    await until('it serves', async () => (await stack.request('acme.localhost', '/fr/loadroot/')).status === 200)
  } finally {
    await stack.cli('module', 'purge', 'loadroot', '--tenant', 'acme', '--yes', 'loadroot').catch(() => {})
    packages.remove('loadroot')
  }
})

test('a package that leaves a process behind while it is tried does not hold up the installer', async () => {
  packages.add('loadforker')
  try {
    const begun = Date.now()
    await install('loadforker', 'acme').catch(() => {})
    const took = Date.now() - begun
    assert.ok(took < 5000, `the installation took ${took} ms`)
  } finally {
    packages.remove('loadforker')
  }
})
