import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { css, editorWorkerService, graphqlWorker, js, jsonWorker } from '@graphql-yoga/render-graphiql/graphiql';
import { barScript } from './bar-script.ts';
import { barStyle } from './bar-style.ts';
import { startScript } from './start-script.ts';

/** A file that the page loads. */
export interface PageFile {
  /** Holds the hash of the content, so that a browser may keep the file for good. */
  readonly path: string;
  readonly type: string;
  readonly hash: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

export interface PageFiles {
  readonly styles: readonly PageFile[];
  /** In the order in which they run. */
  readonly scripts: readonly PageFile[];
  at(path: string): PageFile | undefined;
}

const filesFolder = '/-/graphiql/';

/**
 * GraphiQL, nine megabytes of text, as files beside the page: `renderGraphiQL` would put them into it, and a page with
 * a nonce cannot be cached, so that every visit would load and parse them anew.
 */
export async function packPageFiles(): Promise<PageFiles> {
  const workers = await Promise.all([
    pack('editor-worker.js', editorWorkerService),
    pack('json-worker.js', jsonWorker),
    pack('graphql-worker.js', graphqlWorker),
  ]);
  const [editorWorkerPath, jsonWorkerPath, graphqlWorkerPath] = workers.map(({ path }) => path);
  // By the labels that Monaco asks with. Files of this server, as their text in a `blob:` would need a CSP that lets scripts be made of text.
  const workerPaths = { editorWorkerService: editorWorkerPath, json: jsonWorkerPath, graphql: graphqlWorkerPath };
  const environment = `self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => (${JSON.stringify(workerPaths)})[label] };\n`;
  const styles = await Promise.all([pack('graphiql.css', css), pack('bar.css', barStyle)]);
  // The bar first: it shows who one is while the editor still loads.
  const scripts = await Promise.all([
    pack('bar.js', barScript),
    pack('graphiql.js', environment + js),
    pack('start.js', startScript),
  ]);
  const files = new Map([...workers, ...styles, ...scripts].map((file) => [file.path, file]));
  return { styles, scripts, at: (path) => files.get(path) };
}

async function pack(name: string, text: string): Promise<PageFile> {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
  const type = `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`;
  return { path: `${filesFolder}${hash}/${name}`, type, hash, gzipped: await promisify(gzip)(text) };
}
