_epicevents_completion() {
    local kind value about word=$2 begun=1 width=0 index answer
    local -a abouts=()
    COMPREPLY=()
    answer=$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD="$word" \
        _EPICEVENTS_COMPLETE=bash_complete "${1/#\~/$HOME}" 2> /dev/null)
    while IFS=$'\t' read -r kind value about; do
        case $kind in
            '') continue ;;
            dir) compopt -o dirnames; return ;;
            file) compopt -o default; return ;;
            unfinished) compopt -o nospace ;;
        esac
        [[ $value == "$word"* ]] || begun=
        (( ${#value} > width )) && width=${#value}
        COMPREPLY+=("$value")
        abouts+=("$about")
    done <<< "$answer"
    # Candidates are listed with their descriptions, unless they are to be inserted (% and *).
    if (( ${#COMPREPLY[@]} > 1 && COMP_TYPE != 37 && COMP_TYPE != 42 )); then
        for index in "${!COMPREPLY[@]}"; do
            [[ -n ${abouts[index]} ]] &&
                printf -v "COMPREPLY[index]" '%-*s  (%s)' \
                    "$width" "${COMPREPLY[index]}" "${abouts[index]}"
        done
        # What they have in common must not replace what was typed of their description.
        [[ -n $begun ]] || COMPREPLY+=(' ')
    fi
}

complete -o nosort -F _epicevents_completion epicevents
