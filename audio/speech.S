/* The bytes of speech.wav and how many they are: see built_in.cpp. */

    .section .rodata
    .hidden avatar_speech
    .global avatar_speech
    .balign 8
avatar_speech:
    .incbin SPEECH_FILE
end_of_speech:

    .hidden avatar_speech_size
    .global avatar_speech_size
    .balign 8
avatar_speech_size:
    .8byte end_of_speech - avatar_speech

/* Without this note linkers take it that the stack must be executable. */
    .section .note.GNU-stack, "", %progbits
