/** An answer as it comes: `for await` gives pieces of whole characters. Leaving the loop, or close(), ends the engine's
 * work; cancel() makes the loop throw. */
export class Stream {
  #call;
  #details = null;

  constructor(call) {
    this.#call = call;
  }

  /** What is known of the answer, once it has ended; null before. */
  get details() {
    return this.#details;
  }

  async next() {
    if (this.#details) return { done: true, value: undefined };
    try {
      const piece = await this.#call.readText();
      if (piece !== '') return { done: false, value: piece };
      this.#details = this.#call.finish();
    } catch (error) {
      this.close();
      throw error;
    }
    this.close();
    return { done: true, value: undefined };
  }

  async return() {
    this.close();
    return { done: true, value: undefined };
  }

  cancel() {
    this.#call.cancel();
  }

  close() {
    this.#call.close();
  }

  /** The rest of the answer in one string. */
  async text() {
    let text = '';
    for await (const piece of this) text += piece;
    return text;
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
