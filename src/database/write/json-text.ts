/** JSON that is ready to be stored. An entry of many rows is a long one: it is written once, and not as objects first. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
