/**
 * Passwords in the addresses of servers: for the server, not for a screen or a file.
 */

/** A text with the passwords of addresses in it replaced by `***`. */
export function hideSecrets(text: string): string {
  return text.replace(/(\b\w+:\/\/[^\s:@/]*):[^\s@]*@/g, '$1:***@');
}
