'use strict'

/** A list. Nothing is read until somebody looks; `for await` reads one page after the other. */
class Listing {
  #read
  #after

  constructor (read, after) {
    this.#read = read
    this.#after = after
  }

  /** The first page, or the one after a cursor. */
  page (after) {
    return this.#read(after ?? this.#after)
  }

  /** Page after page. */
  async * pages () {
    let page = await this.page()
    yield page
    while (page.after !== undefined) {
      page = await this.page(page.after)
      yield page
    }
  }

  async * [Symbol.asyncIterator] () {
    for await (const page of this.pages()) yield * page.items
  }
}

module.exports = { Listing }
