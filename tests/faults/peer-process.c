/* A scripted peer in a process of its own, so that what is done to a client's calls is not done to the
 * peer's.
 *
 *   peer-process SCRIPT     the text of the script, for every connection
 *
 * Prints its port and serves until its standard input ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "scripted-peer.h"

#include <stdio.h>
#include <string.h>

int
main (int argc, char **argv)
{
  ScriptedPeer *peer;

  if (argc != 2)
    return 2;

  peer = scripted_peer_new (argv[1], SCRIPTED_PEER_LAST_AGAIN);
  printf ("%u\n", scripted_peer_get_port (peer));
  fflush (stdout);
  while (getchar () != EOF)
    ;
  scripted_peer_free (peer);

  return 0;
}
