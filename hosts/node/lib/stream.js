const END = Object.freeze({ done: true, value: undefined });

// A stream that nobody refers to any more gives its slot back. What is held here refers to no stream.
const abandoned = new FinalizationRegistry(call => call.close());

/** An answer as it comes: `for await` gives pieces of whole characters. Leaving the loop, or close(), ends the engine's
 * work; cancel() makes the loop throw. */
export class Stream {
  #call;
  #details = null;
  #ended = false;
  #last = Promise.resolve();

  constructor(call) {
    this.#call = call;
    abandoned.register(this, call, this);
  }

  /** What is known of the answer, once it has ended; null before. */
  get details() {
    return this.#details;
  }

  /** Several may be asked for at once: they are settled in order. */
  next() {
    const piece = this.#last.then(() => this.#next(), () => this.#next());
    this.#last = piece;
    return piece;
  }

  async return() {
    this.close();
    return END;
  }

  cancel() {
    this.#call.cancel();
  }

  close() {
    this.#ended = true;
    abandoned.unregister(this);
    this.#call.close();
  }

  /** The rest of the answer in one string. */
  async text() {
    let text = '';
    for await (const piece of this) text += piece;
    if (this.#details === null) throw new Error('the stream is closed: its answer has not come to its end');
    return text;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async #next() {
    if (this.#ended) return END;
    try {
      const piece = await this.#call.readText();
      if (piece !== '') return { done: false, value: piece };
      this.#details = this.#call.finish();
    } catch (error) {
      if (this.#ended) return END; // it was closed meanwhile
      this.close();
      throw error;
    }
    this.close();
    return END;
  }
}
