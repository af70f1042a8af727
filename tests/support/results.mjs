// SPDX-License-Identifier: EUPL-1.2
// Results of test programs, as run.mjs counts them: { passed, skipped, failures: [text], notes: [text], running: name }.
import path from 'node:path'

// The lines of reporter.mjs. `running` is the test that has begun last and has not ended.
export function readEvents (text, root) {
  const result = { passed: 0, skipped: 0, failures: [], notes: [], running: undefined }, begun = new Map()
  const place = ({ name, file, line }) => `${name} (${path.relative(root, file ?? '')}:${line})`
  for (const event of text.split('\n').slice(0, -1).map((line) => JSON.parse(line))) {
    if (event.type === 'test:dequeue') begun.set(place(event), true)
    if (event.type === 'test:complete') begun.delete(place(event))
    if (event.suite || event.error?.kind === 'subtestsFailed') continue // what is in it is counted
    if (event.type === 'test:pass' && event.skip !== undefined) {
      result.skipped++
      result.notes.push(`skipped: ${event.name}${typeof event.skip === 'string' ? `: ${event.skip}` : ''}`)
    } else if (event.type === 'test:pass') result.passed++
    else if (event.type === 'test:fail') result.failures.push(`${place(event)}\n${event.error.words.split('\n').filter((line) => !/^\s+at .*node:internal/.test(line)).join('\n')}`)
  }
  result.running = [...begun.keys()].pop()
  return result
}

// Reads the output of a cmocka program.
export function readCmocka (text) {
  const result = { passed: 0, skipped: 0, failures: [], notes: [], running: undefined }
  let words = []
  for (const line of text.split('\n')) {
    const [, mark, name] = line.match(/^\[ +(RUN|OK|FAILED|SKIPPED|ERROR) +\] ([A-Za-z_]\w*)/) ?? []
    if (/^skipped/i.test(line)) result.notes.push(line)
    if (mark === 'RUN') { words = []; result.running = name }
    else if (mark && result.running === undefined) continue // the list at the end says them again
    else if (mark === 'OK') result.passed++
    else if (mark === 'SKIPPED') { result.skipped++; result.notes.push(`skipped: ${name}`) }
    else if (mark) result.failures.push([name, ...words].join('\n'))
    else if (result.running !== undefined) words.push(line)
    if (mark && mark !== 'RUN') result.running = undefined
  }
  if (result.running !== undefined) result.notes.push(...words.slice(-30)) // it has died there: a sanitizer's report
  return result
}
