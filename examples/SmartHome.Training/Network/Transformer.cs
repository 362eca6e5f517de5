using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// The whole network: embedding (tied with the head), layers, final norm, loss; forward and backward over one <see cref="Batch"/>.
/// </summary>
internal sealed class Transformer
{
    private readonly List<Parameter> parameters = [];
    private readonly Block[] blocks;
    private readonly Rows[] x;                         // [n_layer + 1] residual streams [N][n_embd]: what each layer got
    private readonly Rows final, gradient, picked, pickedGradient, logits;
    private readonly Workspace work;
    private readonly Norm outputNorm;
    private readonly AdaptedLinear embedding;          // rows = tokens; as a linear it is the head
    private readonly int maxTokens;

    /// <summary>Random weights: N(0, 1/n_in) for linears, those that write to the residual stream divided by √(2 · n_layer).</summary>
    public Transformer(NetworkShape shape, int maxTokens, Random random)
    {
        Shape = shape;
        this.maxTokens = maxTokens;
        embedding = new AdaptedLinear(NewParameter("token_embd.weight", shape.NVocab, shape.NEmbd));
        var rope = new Rope(Rope.Frequencies(shape.HeadDim, shape.RopeBase), shape.ContextLength, RopePairs.Neighbours);
        blocks = [.. Enumerable.Range(0, shape.NLayer).Select(layer => new Block(shape, layer, maxTokens, rope, NewParameter))];
        outputNorm = new Norm(NewParameter("output_norm.weight", 1, shape.NEmbd), shape.RmsEps, maxTokens);
        foreach (var parameter in parameters)
        {
            if (parameter.Rows == 1)
                parameter.Value.Fill(1);
            else
                parameter.FillNormal(random, 1 / MathF.Sqrt(parameter.Columns * (IsToResidual(parameter) ? 2f * shape.NLayer : 1)));
        }

        Rows Rows(int n) => new(maxTokens, n);
        x = [.. Enumerable.Range(0, shape.NLayer + 1).Select(_ => Rows(shape.NEmbd))];
        (final, gradient, picked, pickedGradient) = (Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd));
        logits = Rows(shape.NVocab);
        work = new Workspace(shape, maxTokens);
        Trained = parameters;
    }

    public NetworkShape Shape { get; }

    /// <summary>All weights, in the order of the layers, with their GGUF names.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>What training moves: the weights, or once branches are attached only those.</summary>
    public IReadOnlyList<Parameter> Trained { get; private set; }

    /// <summary>The linears of the layers (not the head).</summary>
    public IEnumerable<AdaptedLinear> Linears => blocks.SelectMany(block => block.Linears);

    /// <summary>Freezes the weights and gives every linear of the layers a sign branch.</summary>
    public void AttachBranches(int rank, Random random)
    {
        foreach (var parameter in parameters) parameter.Freeze();
        foreach (var linear in Linears)
            linear.Attach(SignBranch.FromScratch(linear.Weight.Name, rank, linear.NIn, linear.NOut, random), maxTokens);
        work.Branch = new float[Linears.Max(linear => linear.Branch!.ScratchLength(maxTokens))];
        Trained = [.. Linears.SelectMany(linear => linear.Branch!.Parameters)];
    }

    /// <summary>The loss at the batch's counted tokens; leaves everything ready for <see cref="Backward"/>.</summary>
    public BatchLoss Forward(Batch batch)
    {
        var (n, counted) = (batch.Tokens.Length, batch.LossRows.Length);
        if (n > maxTokens)
            throw new ArgumentException($"The batch has {n} tokens; this network was made for {maxTokens}.", nameof(batch));
        for (var t = 0; t < n; t++) TokenRow(embedding.Weight.Value, batch.Tokens[t]).CopyTo(x[0][t]);
        for (var layer = 0; layer < blocks.Length; layer++) blocks[layer].Forward(x[layer].First(n), x[layer + 1].First(n), batch, work);
        outputNorm.Forward(x[^1].First(n), final.First(n));

        // The head is run only where a token counts.
        for (var i = 0; i < counted; i++) final[batch.LossRows[i]].CopyTo(picked[i]);
        embedding.Forward(picked.First(counted), logits.First(counted), work.Branch);
        var loss = new BatchLoss(new float[counted], new bool[counted]);
        for (var i = 0; i < counted; i++) loss.Right[i] = TensorPrimitives.IndexOfMax<float>(logits[i]) == batch.Targets[i];
        CrossEntropy.ForwardBackward(logits.First(counted), batch.Targets, batch.Weights, batch.TotalWeight, loss.Nll);
        return loss;
    }

    /// <summary>Adds the gradient of the last <see cref="Forward"/>'s loss to what is being trained.</summary>
    public void Backward(Batch batch)
    {
        var (n, counted) = (batch.Tokens.Length, batch.LossRows.Length);
        Span<float> d = gradient.Cleared(n), dFinal = work.H.Cleared(n);
        embedding.Backward(picked.First(counted), logits.First(counted), pickedGradient.Cleared(counted), work.Branch);
        for (var i = 0; i < counted; i++) pickedGradient[i].CopyTo(work.H[batch.LossRows[i]]);
        outputNorm.Backward(x[^1].First(n), dFinal, d, work.Norm);
        for (var layer = blocks.Length - 1; layer >= 0; layer--) blocks[layer].Backward(x[layer].First(n), d, batch, work);
        if (embedding.Weight.IsFrozen) return;
        for (var t = 0; t < n; t++)
        {
            var row = TokenRow(embedding.Weight.Gradient, batch.Tokens[t]);
            TensorPrimitives.Add(row, gradient[t], row);
        }
    }

    private static bool IsToResidual(Parameter parameter) =>
        parameter.Name.Contains("attn_output", StringComparison.Ordinal) || parameter.Name.Contains("ffn_down", StringComparison.Ordinal);

    private Span<float> TokenRow(Span<float> matrix, int token) => matrix.Slice(token * Shape.NEmbd, Shape.NEmbd);

    private Parameter NewParameter(string name, int rows, int columns)
    {
        var parameter = new Parameter(name, rows, columns);
        parameters.Add(parameter);
        return parameter;
    }
}
