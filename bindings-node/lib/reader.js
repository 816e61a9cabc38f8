'use strict'

/** Reads answers of the native part: texts one after the other, and numbers that say what stands where. */
class Reader {
  constructor (text, numbers, at) {
    this.all = text
    this.from = 0
    this.numbers = numbers
    this.at = at
  }

  number () {
    return this.numbers[this.at++]
  }

  bool () {
    return this.numbers[this.at++] === 1
  }

  time () {
    return new Date(this.numbers[this.at++])
  }

  text () {
    const from = this.from
    this.from = from + this.numbers[this.at++]
    return this.all.substring(from, this.from)
  }

  json () {
    return this.absent() ? undefined : JSON.parse(this.text())
  }

  nothing () {
    this.at++
  }

  /** Whether nothing stands here; steps over it then. */
  absent () {
    const number = this.numbers[this.at]
    if (number === number) return false // eslint-disable-line no-self-compare
    this.at++
    return true
  }

  /** Steps into a record. */
  open () {
    this.at++
  }

  span () {
    const { numbers, at } = this
    this.at = at + 4
    const start = numbers[at]
    return start < 0
      ? { start: undefined, end: undefined, startByte: numbers[at + 2], endByte: numbers[at + 3] }
      : { start, end: numbers[at + 1], startByte: numbers[at + 2], endByte: numbers[at + 3] }
  }

  list (read) {
    const count = this.numbers[this.at++]
    const found = new Array(count)
    for (let place = 0; place < count; place++) found[place] = read(this)
    return found
  }

  map (read) {
    const count = this.numbers[this.at++]
    const found = {}
    for (let place = 0; place < count; place++) {
      const name = this.text()
      const value = read(this)
      // A network's own word may be one that objects have a use for.
      if (name === '__proto__') Object.defineProperty(found, name, { value, enumerable: true, configurable: true, writable: true })
      else found[name] = value
    }
    return found
  }

  page (read) {
    const items = this.list(read)
    return { items, after: this.absent() ? undefined : this.text() }
  }
}

/** Every answer in `answers`, each read by `read`. */
function all (answers, read) {
  const { texts, numbers } = answers
  const found = new Array(texts.length)
  let at = 0
  for (let place = 0; place < texts.length; place++) {
    const reader = new Reader(texts[place], numbers, at)
    found[place] = read(reader)
    at = reader.at
  }
  return found
}

/** The only answer in `answers`. */
function one (answers, read) {
  return read(new Reader(answers.texts[0], answers.numbers, 0))
}

module.exports = { all, one }
