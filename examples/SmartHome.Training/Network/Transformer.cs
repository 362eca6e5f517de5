namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>The whole network: embedding (tied with the head), layers, final norm, loss; forward and backward over one <see cref="Batch"/>.</summary>
internal sealed unsafe class Transformer
{
    private readonly List<Parameter> parameters = [];
    private readonly Block[] blocks;
    private readonly FloatBuffer[] x;                       // [n_layer + 1] residual streams [N][n_embd]: what each layer got
    private readonly FloatBuffer final, gradient, picked, pickedGradient, logits;
    private readonly BlockScratch scratch;
    private readonly RmsNorm outputNorm;
    private readonly Linear embedding;                 // rows = tokens; as a linear it is the head
    private readonly int maxTokens;

    /// <summary>Random weights: N(0, 1/n_in) for linears, those that write to the residual stream divided by √(2 · n_layer).</summary>
    public Transformer(NetworkShape shape, int maxTokens, Random random)
    {
        Shape = shape;
        this.maxTokens = maxTokens;
        embedding = new Linear(NewParameter("token_embd.weight", shape.NVocab, shape.NEmbd));
        var rotary = new Rotary(shape.HeadDim, shape.ContextLength);
        blocks = [.. Enumerable.Range(0, shape.NLayer).Select(layer => new Block(shape, layer, maxTokens, rotary, NewParameter))];
        outputNorm = new RmsNorm(NewParameter("output_norm.weight", 1, shape.NEmbd), shape.RmsEps);
        foreach (var parameter in parameters)
        {
            var residual = parameter.Name.Contains("attn_output", StringComparison.Ordinal) || parameter.Name.Contains("ffn_down", StringComparison.Ordinal);
            if (parameter.Rows == 1)
                parameter.Value.Span.Fill(1);
            else
                parameter.Value.FillNormal(random, 1 / MathF.Sqrt(parameter.Columns * (residual ? 2f * shape.NLayer : 1)));
        }

        FloatBuffer Rows(int n) => new(maxTokens * n);
        x = [.. Enumerable.Range(0, shape.NLayer + 1).Select(_ => Rows(shape.NEmbd))];
        (final, gradient, picked, pickedGradient) = (Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd));
        logits = Rows(shape.NVocab);
        scratch = new BlockScratch(shape, maxTokens);
        Trained = parameters;
        Refresh();
    }

    public NetworkShape Shape { get; }

    /// <summary>All weights, in the order of the layers, with their GGUF names.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>What training moves: the weights, or once branches are attached only those.</summary>
    public IReadOnlyList<Parameter> Trained { get; private set; }

    /// <summary>The linears of the layers (not the head).</summary>
    public IEnumerable<Linear> Linears => blocks.SelectMany(block => block.Linears);

    /// <summary>Freezes the weights and gives every linear of the layers a sign branch.</summary>
    public void AttachBranches(int rank, Random random)
    {
        foreach (var parameter in parameters)
            parameter.IsFrozen = true;
        foreach (var linear in Linears)
            linear.Branch = new SignBranch(linear.Weight.Name, rank, linear.NIn, linear.NOut, random);
        Trained = [.. Linears.SelectMany(linear => linear.Branch!.Parameters)];
    }

    /// <summary>To be called after the optimizer moved weights or branches.</summary>
    public void Refresh()
    {
        embedding.Refresh();
        foreach (var linear in Linears)
            linear.Refresh();
    }

    /// <summary>The loss at the batch's counted tokens; leaves everything ready for <see cref="Backward"/>.</summary>
    public BatchLoss Forward(Batch batch)
    {
        if (batch.Tokens.Count > maxTokens)
            throw new ArgumentException($"The batch has {batch.Tokens.Count} tokens; this network was made for {maxTokens}.", nameof(batch));
        var c = Shape.NEmbd;
        for (var t = 0; t < batch.Tokens.Count; t++)
            Row(embedding.Weight.Value, batch.Tokens[t]).CopyTo(Row(x[0], t));
        for (var layer = 0; layer < blocks.Length; layer++)
            blocks[layer].Forward(x[layer], x[layer + 1], batch);
        outputNorm.Forward(x[^1].Data, final.Data, batch.Tokens.Count);

        // The head is run only where a token counts.
        for (var i = 0; i < batch.LossRows.Count; i++)
            Row(final, batch.LossRows[i]).CopyTo(Row(picked, i));
        embedding.Forward(picked.Data, logits.Data, batch.LossRows.Count);
        return CrossEntropy.ForwardBackward(logits.Data, Shape.NVocab, batch.Targets, batch.Weights);

        Span<float> Row(FloatBuffer buffer, int row) => buffer.Span.Slice(row * c, c);
    }

    /// <summary>Adds the gradient of the last <see cref="Forward"/>'s loss to what is being trained.</summary>
    public void Backward(Batch batch)
    {
        var (c, n) = (Shape.NEmbd, batch.Tokens.Count);
        pickedGradient.Span.Clear();
        embedding.Backward(picked.Data, logits.Data, pickedGradient.Data, batch.LossRows.Count);
        scratch.H.Span.Clear();
        for (var i = 0; i < batch.LossRows.Count; i++)
            pickedGradient.Span.Slice(i * c, c).CopyTo(scratch.H.Span.Slice(batch.LossRows[i] * c, c));
        gradient.Span.Clear();
        outputNorm.Backward(x[^1].Data, scratch.H.Data, gradient.Data, n);
        for (var layer = blocks.Length - 1; layer >= 0; layer--)
            blocks[layer].Backward(x[layer], gradient, batch, scratch);
        if (embedding.Weight.IsFrozen)
            return;
        for (var t = 0; t < n; t++)
        {
            var row = embedding.Weight.Gradient.Data + batch.Tokens[t] * c;
            for (var i = 0; i < c; i++)
                row[i] += gradient.Data[t * c + i];
        }
    }

    private Parameter NewParameter(string name, int rows, int columns)
    {
        var parameter = new Parameter(name, rows, columns);
        parameters.Add(parameter);
        return parameter;
    }
}
