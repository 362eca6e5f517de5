namespace LoRDBA.Tool;

/// <summary>What the process returns; the same for every verb.</summary>
internal static class ExitCodes
{
    /// <summary>The verb did all that it was asked to.</summary>
    public const int Done = 0;

    /// <summary>A file, a text or a combination of them is not what it has to be: the message says which and where.</summary>
    public const int BadInput = 1;

    /// <summary>The command line is wrong: nothing was read.</summary>
    public const int Usage = 2;

    /// <summary>A file cannot be found, opened, read or written.</summary>
    public const int File = 3;

    /// <summary>The system has not the memory that was asked for.</summary>
    public const int Memory = 4;

    /// <summary>A defect of this program (EX_SOFTWARE of sysexits.h). <see cref="StackVariable"/> shows where.</summary>
    public const int Defect = 70;

    /// <summary>Ended because its terminal was closed (128 + SIGHUP).</summary>
    public const int HungUp = 129;

    /// <summary>Ended by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by a supervisor or <c>kill</c> (128 + SIGTERM).</summary>
    public const int Terminated = 143;

    /// <summary>The environment variable that, set to 1, makes a defect show its stack.</summary>
    public const string StackVariable = "LORDBA_STACK";

    /// <summary>The list as every <c>--help</c> prints it.</summary>
    public const string Help =
        "0 done, 1 bad input, 2 wrong command line, 3 a file cannot be read or written, 4 too little memory, 70 a defect of lordba (LORDBA_STACK=1 shows where), 129, 130, 143 interrupted (SIGHUP, Ctrl-C, SIGTERM)";
}
