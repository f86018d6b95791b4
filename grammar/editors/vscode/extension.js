// Starts `crosswalk lsp` and leaves the rest to it.
'use strict';

const vscode = require('vscode');
const { LanguageClient, TransportKind } =
  require('vscode-languageclient/node');

let client;

function start() {
  const command = vscode.workspace.getConfiguration('crosswalk')
    .get('path', 'crosswalk');

  client = new LanguageClient('crosswalk', 'crosswalk',
    { command, args: ['lsp'], transport: TransportKind.stdio },
    {
      documentSelector: [{ language: 'crosswalk-map' }],
      synchronize: {
        // schemas and libraries that change on the disk
        fileEvents: vscode.workspace.createFileSystemWatcher(
          '**/*.{map,json}'),
      },
    });
  return client.start();
}

async function restart() {
  if (client) await client.stop();
  return start();
}

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('crosswalk.restart', restart),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration('crosswalk.path')) restart();
    }));
  return start();
};

exports.deactivate = () => client && client.stop();
