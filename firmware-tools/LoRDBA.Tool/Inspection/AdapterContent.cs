namespace LoRDBA.Tool.Inspection;

/// <summary>What <c>inspect</c> says about an adapter; part of <see cref="FileFacts"/>.</summary>
internal sealed record AdapterContent
{
    /// <summary>Weights that it adapts.</summary>
    public required int Weights { get; init; }

    /// <summary>The smallest and the largest rank among them.</summary>
    public required int[] Ranks { get; init; }

    /// <summary>Stored bits for each input and each output channel of the adapted weights; an fp16 LoRA of rank 16 has 256.</summary>
    public required double BitsPerChannel { get; init; }

    /// <summary>Of a .lordba file: the bits of a scale code, where a tensor was given no other.</summary>
    public int? ScaleBits { get; init; }

    /// <summary>Of a .lordba file: how many of its tensors have scales of their inputs.</summary>
    public int? TensorsWithInScale { get; init; }

    /// <summary>Of a LoRA: what the product of its factors is multiplied with, smallest and largest.</summary>
    public float[]? Scaling { get; init; }

    /// <summary>The base's name: for people.</summary>
    public string? BaseName { get; init; }

    /// <summary>Of a .lordba file: which model it was made for, whatever its quantization.</summary>
    public string? BaseFingerprint { get; init; }

    /// <summary>Of a .lordba file: which vocabulary.</summary>
    public string? TokenizerDigest { get; init; }

    /// <summary>Of a .lordba file: which chat template.</summary>
    public string? ChatTemplateDigest { get; init; }

    /// <summary>SHA-256 of the content: what <c>run</c> and the others say acted.</summary>
    public string? Digest { get; init; }

    /// <summary>What a user should know although all is sound.</summary>
    public string? Notice { get; init; }

    /// <summary>Of a .lordba file: rises with every signed release; 0 is not signed.</summary>
    public ulong? Counter { get; init; }

    /// <summary>How it was trained, if the file says so.</summary>
    public TrainingFacts? Training { get; init; }
}

/// <summary>How an adapter was trained.</summary>
/// <param name="Method">What made it.</param>
/// <param name="DataDigest">SHA-256 of the training file.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="NllBefore">Nats per completion token of held-out data, base alone.</param>
/// <param name="NllAfter">The same with the adapter.</param>
internal sealed record TrainingFacts(string Method, string DataDigest, uint Steps, float NllBefore, float NllAfter);
