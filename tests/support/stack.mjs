// SPDX-License-Identifier: EUPL-1.2
// A private Scopiton for a test file: its own MariaDB, supervisor and nginx, in a temporary folder, on a free port.
import { spawn, execFile } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { promisify } from 'node:util'
import { processIds } from './processes.mjs'
import { Sql } from './sql.mjs'

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..')
const build = process.env.BUILD ?? path.join(root, 'build')
// An installed Scopiton has its programs elsewhere than a build.
export const libexec = fs.existsSync(path.join(root, 'author.mk')) ? path.join(root, '../../lib/scopiton/libexec') : path.join(build, 'libexec')
const run = promisify(execFile)

// Starts it; `config` are further configuration lines, `modules` a folder of packages other than the build's own; `formRate`
// is higher than a person's, for tests are quick; `mail` starts a mail server too. `durable` stores as safely as a scop does, which
// only what is timed asks for. `release` is a folder of tests/upgrade, whose host is upgraded.
export async function start ({ config = [], modules, formRate = '1000r/s', mail = false, durable = false, release } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-test-'))
  fs.chmodSync(folder, 0o755)
  const env = { ...process.env, BUILD: build, MAIL: mail ? 'yes' : '', SCRATCH: durable ? '' : 'yes' }
  if (modules) env.MODULES_FOLDER = modules
  if (release) env.RELEASE = release
  if (process.env.SANITIZED) config = ['sandbox = no', ...config] // a sanitizer needs what the sandbox forbids
  const child = spawn(path.join(root, 'tools/serve'), [folder, `form_rate = ${formRate}`, ...config], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = readline.createInterface({ input: child.stdout })
  const next = () => new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the private Scopiton ended with status ${code}`))
    lines.once('line', (line) => { child.off('exit', ended); resolve(line) })
    child.once('exit', ended)
  })
  for (let line; (line = await next()) !== 'ready';) continue
  const ports = Object.fromEntries(fs.readFileSync(path.join(folder, 'ports'), 'utf8').trim().split('\n').map((line) => line.split('=')))
  return Object.assign(new Stack(folder, Number(ports.http), child, next), { mailPort: ports.mail, metricsPort: Number(ports.metrics) })
}

// Reads the mailbox each time that it is sent a line: Python needs longer to start than to read.
const READ_MAILS = `
import email, email.policy, json, mailbox, re, sys
def read(m):
    m = email.message_from_bytes(m.as_bytes(), policy=email.policy.default)
    part = lambda kind: (lambda p: p.get_content() if p else '')(m.get_body((kind,)))
    return {**{k.lower(): str(v) for k, v in m.items()}, 'text': part('plain'), 'html': part('html'), 'defects': [str(d) for d in m.defects],
        'files': [{'name': p.get_filename(), 'type': p.get_content_type(), 'size': len(p.get_payload(decode=True))} for p in m.iter_attachments()]}
known = {}
for line in sys.stdin:
    box = mailbox.Maildir(sys.argv[1], create=True)
    came = lambda key: [int(number) for number in re.findall('[0-9]+', key)] # seconds, microseconds, process, counter
    known = {k: known.get(k) or read(box[k]) for k in sorted(box.keys(), key=came)}
    print(json.dumps(list(known.values())), flush=True)
`

function parentOf (pid) {
  try { return Number(fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) . /, '').split(' ')[0]) } catch { return undefined }
}

class Stack {
  constructor (folder, port, child, next) {
    Object.assign(this, { folder, port, child, next })
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 400 })
  }

  async stop () {
    this.agent.destroy()
    await this.installer?.end()
    this.reader?.stdin.end()
    this.child.stdin.end()
    if (this.child.exitCode === null) await new Promise((resolve) => this.child.once('exit', resolve))
    const fault = this.log().match(/.*(AddressSanitizer|runtime error:).*/)
    if (fault) throw new Error(`a sanitizer found a fault: ${fault[0]}`)
    if (!process.env.KEEP) fs.rmSync(this.folder, { recursive: true, force: true })
  }

  pid (name) {
    return Number(fs.readFileSync(path.join(this.folder, 'pids'), 'utf8').match(new RegExp(`^${name}=(\\d+)`, 'm'))[1])
  }

  // The process id of the dispatcher, the mailer or the installer; undefined for none. The supervisor is its parent: the installer's own
  // child has the same command line, and may have the lower number.
  service (name) {
    const words = name === 'installer' ? 'scopiton\0installer' : `scopiton-${name}\0`, supervisor = this.pid('supervisor')
    return this.processes(words).find((pid) => parentOf(pid) === supervisor)
  }

  // Starts the supervisor or MariaDB again, after a test has ended it.
  async again (name) {
    const answer = this.next()
    this.child.stdin.write(name + '\n')
    const line = await answer
    const pids = path.join(this.folder, 'pids')
    fs.writeFileSync(pids, fs.readFileSync(pids, 'utf8').replace(new RegExp(`^${name}=.*$`, 'm'), line))
  }

  // The command line's output; rejects with its exit status in `code`.
  async cli (...args) {
    const { stdout } = await run(path.join(libexec, 'scopiton'), args,
      { env: { ...process.env, SCOPITON_CONFIG: path.join(this.folder, 'scopiton.conf') }, cwd: root, maxBuffer: 1 << 24 })
    return stdout
  }

  // The mails that the mail server has received, oldest first, as Python's parser reads them: headers in lower case, text, html,
  // files. They are read again when more have arrived.
  async mails () {
    const box = path.join(this.folder, 'mail')
    const names = ['new', 'cur'].flatMap((part) => { try { return fs.readdirSync(path.join(box, part)) } catch { return [] } }).sort().join()
    if (names !== this.mailNames) {
      this.reading = (this.reading ?? Promise.resolve()).then(() => this.#readMails(box)) // one after the other
      Object.assign(this, { mailText: await this.reading, mailNames: names })
    }
    return this.mailText ? JSON.parse(this.mailText) : []
  }

  #readMails (box) {
    if (!this.reader) {
      this.reader = spawn('/usr/bin/python3', ['-c', READ_MAILS, box], { stdio: ['pipe', 'pipe', 'inherit'] })
      this.mailLines = readline.createInterface({ input: this.reader.stdout })
    }
    return new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`the reader of mails ended with status ${code}`))
      this.mailLines.once('line', (line) => { this.reader.off('exit', ended); resolve(line) })
      this.reader.once('exit', ended)
      this.reader.stdin.write('\n')
    })
  }

  log () {
    return fs.readFileSync(path.join(this.folder, 'log/scopiton.log'), 'utf8')
  }

  // Runs SQL, as the installer's account or another.
  sql (text, { user, password } = {}) {
    const socket = () => fs.readFileSync(path.join(this.folder, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1]
    if (user) return new Sql(socket(), user, password).once(text)
    this.installer ??= new Sql(socket(), 'scopiton', fs.readFileSync(path.join(this.folder, 'secrets/.db'), 'utf8').trim())
    return this.installer.ask(text)
  }

  // All rows of a database, as SQL.
  async dump (database, options = []) {
    const socket = fs.readFileSync(path.join(this.folder, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1]
    const password = fs.readFileSync(path.join(this.folder, 'secrets/.db'), 'utf8').trim()
    const { stdout } = await run('mariadb-dump', ['--no-defaults', `--socket=${socket}`, '-u', 'scopiton', `-p${password}`, '--compact', '--no-create-info',
      '--skip-triggers', '--hex-blob', ...options, database], { maxBuffer: 1 << 27 })
    return stdout
  }

  // Processes of this stack whose command line matches.
  processes (...words) {
    return processIds().filter((pid) => {
      try {
        const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return line.includes(this.folder) && words.every((word) => line.includes(word))
      } catch { return false }
    }).map(Number)
  }

  // Workers of a module, by process id; a loop of looks leaves others their turn.
  async workers (module) {
    await new Promise((resolve) => setImmediate(resolve))
    return this.processes('scopiton-worker\0', `module=${module}\0`)
  }

  // One request to 127.0.0.1 under a host name, at another `port` or at the visitors', perhaps `from` another of the machine's own addresses (127.x.x.x). Gives status,
  // headers and body.
  request (host, url, { method = 'GET', headers = {}, body, form, from, port = this.port } = {}) {
    if (form) {
      body = form instanceof URLSearchParams ? form.toString() : new URLSearchParams(form).toString()
      headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }
      method = 'POST'
    }
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, path: url, method, agent: this.agent, ...(from && { localAddress: from }),
        headers: { Host: host, ...(body !== undefined ? { 'Content-Length': Buffer.byteLength(body) } : {}), ...headers } },
      (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers,
          body: Buffer.concat(parts).toString() }))
        response.on('error', reject)
      })
      request.on('error', reject)
      if (body !== undefined) request.write(body)
      request.end()
    })
  }

  // The supervisor's metrics, as a program of this machine gets them.
  async metrics () { return (await this.request('localhost', '/metrics', { port: this.metricsPort })).body }

  // The form key on a page; if `action` is given, of the form that posts to it.
  async key (host, url, headers = {}, action) {
    const { body } = await this.request(host, url, { headers })
    const form = action ? body.slice(body.indexOf(`action="${action}"`)) : body
    const found = form.match(/name="_key" value="([^"]+)"/)
    if (!found) throw new Error(`no form on ${host}${url}:\n${body.slice(0, 2000)}`)
    return found[1]
  }

  // Signs in to a tenant's portal; returns the cookie.
  async signIn (tenant, role = 'owner') {
    const link = new URL((await this.cli('login', tenant, role)).trim())
    const form = { _key: await this.key(link.host, link.pathname) }
    const { headers } = await this.request(link.host, link.pathname, { form })
    return headers['set-cookie'][0].split(';')[0]
  }

  // Creates an account for a member who signed in by a link: a mail proves the address, and its link sets the password.
  async setUp (host, Cookie, mail, password, name = 'Anna') {
    const links = async () => (await this.mails()).flatMap(({ html }) => html.match(/\/portal\/invitation\/[^"]+/g) ?? [])
    const before = await links(), headers = { Cookie }, page = '/portal/account/password'
    await this.request(host, page, { headers, form: { _key: await this.key(host, page, headers, page), name, mail } })
    const link = await until('the mail that proves the address', async () => (await links()).find((one) => !before.includes(one)), 20)
    const { status } = await this.request(host, link, { form: { _key: await this.key(host, link), password } })
    if (status !== 303) throw new Error(`the account of ${mail} is not made: ${status}`)
  }

  // Sends raw bytes, and returns everything received until the server closes or `milliseconds` have passed.
  raw (bytes, milliseconds = 3000) {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, '127.0.0.1')
      let answer = ''
      const done = () => { socket.destroy(); resolve(answer) }
      const timer = setTimeout(done, milliseconds)
      socket.on('data', (part) => { answer += part.toString('latin1') })
      socket.on('close', () => { clearTimeout(timer); done() })
      socket.on('error', () => {})
      for (const part of Array.isArray(bytes) ? bytes : [bytes]) socket.write(part)
    })
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

// Waits until `probe` returns a true value; fails with the message after some seconds.
export async function until (words, probe, seconds = 10) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const answer = await probe()
    if (answer) return answer
  }
  throw new Error(`not within ${seconds} s: ${words}`)
}
