/* The certificates of scripted peers, which the build makes: see certificates.py.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "scripted-peer.h"

const char *
scripted_peer_get_authority_path (void)
{
  return SCRIPTED_PEER_CERTIFICATES "/ca.pem";
}

GTlsDatabase *
scripted_peer_new_database (void)
{
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (scripted_peer_get_authority_path (), &error);

  g_assert_no_error (error);

  return database;
}

GTlsCertificate *
scripted_peer_get_certificate (const char *name)
{
  g_autofree char *certificate = g_strdup_printf ("%s/%s.pem", SCRIPTED_PEER_CERTIFICATES, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.key", SCRIPTED_PEER_CERTIFICATES, name);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *result = g_tls_certificate_new_from_files (certificate, key, &error);

  g_assert_no_error (error);

  return result;
}
