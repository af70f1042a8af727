// SPDX-License-Identifier: EUPL-1.2
// Helpers of the fault tests: folders of packages to choose from, neighbours that must notice nothing, the log's lines.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root, sleep, until } from '../support/stack.mjs'

export const build = process.env.BUILD ? path.resolve(root, process.env.BUILD) : path.join(root, 'build')

// A folder of packages for a private Scopiton, filled by name from the build.
export class Packages {
  constructor (...names) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-packages-'))
    fs.chmodSync(this.folder, 0o755)
    for (const name of names) this.add(name)
  }

  path (name, ...below) { return path.join(this.folder, name, ...below) }

  add (name) {
    const from = ['test-modules', 'modules'].map((kind) => path.join(build, kind, name)).find((folder) => fs.existsSync(folder))
    if (!from) throw new Error(`'${name}' is not built: make test-modules`)
    this.remove(name)
    fs.cpSync(from, this.path(name), { recursive: true })
  }

  // A module of the build under another name, for a test that wants a pool or a history of its own.
  addAs (source, name, version = '1.0.0') {
    this.add(source)
    this.remove(name)
    fs.cpSync(this.path(source), this.path(name), { recursive: true })
    fs.renameSync(this.path(name, `${source}.so`), this.path(name, `${name}.so`))
    this.edit(name, 'module.xml', (text) => text.replace(`name="${source}" version="1.0.0"`, `name="${name}" version="${version}"`))
  }

  edit (name, file, change) {
    const text = fs.readFileSync(this.path(name, file), 'latin1')
    const changed = change(text)
    assert.notEqual(changed, text, `${file} of ${name} was to be changed`)
    fs.writeFileSync(this.path(name, file), changed, 'latin1')
  }

  remove (name) { fs.rmSync(this.path(name), { recursive: true, force: true }) }
  removeAll () { fs.rmSync(this.folder, { recursive: true, force: true }) }
}

// Whether a process exists and is not a zombie.
export function alive (pid) {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

// Does `action` while other modules' pages are asked for all the time: each answers 200, and the supervisor stays the same.
export async function withNeighbours (stack, pages, action) {
  const supervisor = stack.pid('supervisor')
  const wrong = []
  let going = true
  let asked = 0
  const asking = pages.map(async ([host, url]) => {
    while (going) {
      const { status } = await stack.request(host, url)
      asked++
      if (status !== 200) wrong.push(`${host}${url}: ${status}`)
      await sleep(10)
    }
  })
  let answer
  try {
    answer = await action()
  } finally {
    going = false
    await Promise.all(asking)
  }
  assert.deepEqual(wrong, [], 'neighbours that were not answered')
  assert.ok(asked >= pages.length)
  assert.equal(stack.pid('supervisor'), supervisor)
  assert.ok(alive(supervisor), 'the supervisor has ended')
  return answer
}

// The log's lines since `from` (a length of the log) that match all patterns.
export function lines (stack, from, ...patterns) {
  return stack.log().slice(from).split('\n').filter((line) => patterns.every((pattern) =>
    pattern instanceof RegExp ? pattern.test(line) : line.includes(pattern)))
}

export const mark = (stack) => stack.log().length

// Ends the dispatcher, the mailer, the broker or the installer, and waits until the supervisor has started another one.
export async function replace (stack, service, signal = 'SIGTERM') {
  const before = stack.service(service)
  process.kill(before, signal)
  await until(`the ${service} is started again`, () => ![undefined, before].includes(stack.service(service)))
}

// Changes settings of the running Scopiton, and waits until no worker of before is left.
export async function configure (stack, settings, ...modules) {
  const file = path.join(stack.folder, 'scopiton.conf')
  const before = (await Promise.all(modules.map((module) => stack.workers(module)))).flat()
  let text = fs.readFileSync(file, 'utf8')
  for (const [name, value] of Object.entries(settings)) {
    text = text.replace(new RegExp(`^${name} = .*\n`, 'm'), '')
    if (value !== null) text += `${name} = ${value}\n`
  }
  fs.writeFileSync(file, text)
  const from = mark(stack)
  process.kill(stack.pid('supervisor'), 'SIGHUP')
  await until('the configuration is read', () => lines(stack, from, 'configuration read again').length > 0)
  await until('the workers of before are gone', () => before.every((pid) => !alive(pid)), 30)
}

export async function json (stack, host, url) {
  const { status, body } = await stack.request(host, url, { headers: { Accept: 'application/json' } })
  return { status, ...(body.startsWith('{') ? JSON.parse(body) : { body }) }
}

// A number of the supervisor's metrics for a module.
export async function metric (stack, name, module) {
  const body = await stack.metrics()
  return Number(body.match(new RegExp(`^${name}\\{module="${module}",[^}]*serves="web"\\} (\\d+)$`, 'm'))?.[1])
}
