namespace LoRDBA.Training.Tuning;

/// <summary>How far a tuning has come.</summary>
/// <param name="Step">Steps that were made.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Nats per completion token of the last step's samples.</param>
/// <param name="HeldOutNll">Nats per completion token of the held-out samples, as the file will answer; NaN before the first measurement.</param>
/// <param name="Tokens">Tokens that went through the layers in steps since this run began.</param>
public readonly record struct TuningProgress(int Step, int Steps, double Loss, double HeldOutNll, long Tokens);

/// <summary>What a tuning came to.</summary>
/// <param name="Adapter">The tuned adapter as its file holds it, of the epoch with the lowest held-out NLL; the caller disposes it.</param>
/// <param name="LordbaFile">The bytes of its .lordba file; null for a LoRA.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="NllBefore">Held-out NLL of the base alone.</param>
/// <param name="NllAfter">Held-out NLL with the adapter.</param>
/// <param name="EpochNlls">Held-out NLL after each epoch.</param>
/// <param name="StateBytes">What is trained, with gradients and optimizer.</param>
/// <param name="StepBytes">The arena of a step.</param>
public sealed record TuningResult(
    Runtime.Adapters.Adapter Adapter, byte[]? LordbaFile, int Steps, double NllBefore, double NllAfter, IReadOnlyList<double> EpochNlls,
    long StateBytes, long StepBytes);
