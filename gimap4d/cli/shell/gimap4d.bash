# Completion of gimap4d for bash. What there is, the program tells.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The gimap4d authors

_gimap4d ()
{
  local program=$1 current=$2 previous=$3 line name kind words=()

  COMPREPLY=()
  if [ "$COMP_CWORD" -le 1 ]
  then
    words=(--help --version)
    while IFS=$'\t' read -r name _
    do
      words+=("$name")
    done < <("$program" --complete 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
    return
  fi

  while IFS=$'\t' read -r name kind _
  do
    words+=("$name")
    if [ "$name" = "$previous" ] && [ "$kind" != flag ]
    then
      if [ "$kind" = file ]
      then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      return
    fi
  done < <("$program" --complete "${COMP_WORDS[1]}" 2>/dev/null)

  if [[ $current == -* ]]
  then
    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -F _gimap4d gimap4d
