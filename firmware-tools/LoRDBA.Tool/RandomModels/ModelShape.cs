using LoRDBA.Runtime;

namespace LoRDBA.Tool.RandomModels;

/// <summary>The shape of a llama model: what its speed depends on, whatever its weights are.</summary>
internal sealed record ModelShape
{
    /// <summary>About the shape of a model of a billion weights, with half of the layers: 0.62 billion weights.</summary>
    public static ModelShape OneBillion { get; } = new()
    {
        NEmbd = 2048,
        NFf = 8192,
        NHead = 32,
        NHeadKv = 8,
        HeadDim = 64,
        NLayer = 8,
        NVocab = 32_000,
        ContextLength = 4096,
    };

    /// <summary>Width of the residual stream.</summary>
    public required int NEmbd { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int NFf { get; init; }

    /// <summary>Query heads.</summary>
    public required int NHead { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int NHeadKv { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Layers.</summary>
    public required int NLayer { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int NVocab { get; init; }

    /// <summary>context_length</summary>
    public required int ContextLength { get; init; }

    /// <summary>Every matrix, n_in and n_out, and every norm, n_out 1, as llama.cpp calls them; embedding and head are apart.</summary>
    public IEnumerable<(string Name, int NIn, int NOut)> Tensors()
    {
        yield return ("token_embd.weight", NEmbd, NVocab);
        for (var layer = 0; layer < NLayer; layer++)
        {
            yield return ($"blk.{layer}.attn_norm.weight", NEmbd, 1);
            yield return ($"blk.{layer}.attn_q.weight", NEmbd, NHead * HeadDim);
            yield return ($"blk.{layer}.attn_k.weight", NEmbd, NHeadKv * HeadDim);
            yield return ($"blk.{layer}.attn_v.weight", NEmbd, NHeadKv * HeadDim);
            yield return ($"blk.{layer}.attn_output.weight", NHead * HeadDim, NEmbd);
            yield return ($"blk.{layer}.ffn_norm.weight", NEmbd, 1);
            yield return ($"blk.{layer}.ffn_gate.weight", NEmbd, NFf);
            yield return ($"blk.{layer}.ffn_up.weight", NEmbd, NFf);
            yield return ($"blk.{layer}.ffn_down.weight", NFf, NEmbd);
        }
        yield return ("output_norm.weight", NEmbd, 1);
        yield return ("output.weight", NEmbd, NVocab);
    }

    /// <summary>Refuses what no model can have.</summary>
    /// <param name="blockLength">Weights in a block of the format.</param>
    /// <exception cref="ModelShapeException">Its numbers contradict one another.</exception>
    public void Check(int blockLength)
    {
        if (NHead % NHeadKv != 0) throw new ModelShapeException(ModelShapeError.UnevenHeads, $"{NHead} query heads cannot share {NHeadKv} key/value heads evenly: change --n-head or --n-head-kv.");
        if (HeadDim % 2 != 0) throw new ModelShapeException(ModelShapeError.OddHead, $"A head of {HeadDim} cannot be rotated in pairs: make --head-dim even.");
        foreach (var width in (ReadOnlySpan<int>)[NEmbd, NFf, NHead * HeadDim])
            if (width % blockLength != 0) throw new ModelShapeException(ModelShapeError.PartialBlock, $"A row of {width} is no whole number of blocks of {blockLength} weights: change --n-embd, --n-ff, --n-head or --head-dim, or the format.");
    }
}

/// <summary>A shape that no model can have was asked for.</summary>
internal sealed class ModelShapeException(ModelShapeError error, string message) : LordbaException(message)
{
    /// <summary>The cause.</summary>
    public ModelShapeError Error { get; } = error;

    /// <inheritdoc/>
    public override string Code => CodeOf("shape", Error);
}

/// <summary>Why no model can have a shape.</summary>
internal enum ModelShapeError
{
    /// <summary>Query heads cannot share key/value heads evenly.</summary>
    UnevenHeads,
    /// <summary>A head of odd width.</summary>
    OddHead,
    /// <summary>A row that is no whole number of blocks.</summary>
    PartialBlock,
}
