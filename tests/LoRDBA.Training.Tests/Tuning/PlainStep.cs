using LoRDBA.Runtime.Models;
using LoRDBA.Training.Tuning;

namespace LoRDBA.Training.Tests.Tuning;

/// <summary>A branch as the definition has it: y += s_out ⊙ B (m ⊙ A x), each part a matrix of its own.</summary>
internal sealed record PlainBranch(Matrix A, Matrix B, Matrix M, Matrix ScaleOut);

/// <summary>The loss of samples under a llama or qwen2 with branches, in float64 from dequantized weights, sample after sample, on a tape.</summary>
internal sealed class PlainStep(Model model, Func<Linear, PlainBranch?> branchOf)
{
    private readonly ModelConfig config = model.Config;
    private readonly Tape tape = new();

    /// <summary>Mean NLL of all completion tokens; fills the branches' gradients.</summary>
    public double Run(IReadOnlyList<TuningSample> samples)
    {
        var counted = samples.Sum(sample => sample.Completion.Length);
        Matrix? loss = null;
        foreach (var sample in samples)
        {
            var part = Loss(sample, counted);
            loss = loss is null ? part : tape.Add(loss, part);
        }
        tape.Run(loss!);
        return loss!.Values[0];
    }

    private Matrix Loss(TuningSample sample, int counted)
    {
        int[] all = [.. sample.Prompt, .. sample.Completion];
        var count = all.Length - 1;
        var embedding = Dense(model.Weights.Embedding);
        var x = new Matrix(count, config.NEmbd, [.. all.Take(count).SelectMany(token => embedding.Values.Skip(token * config.NEmbd).Take(config.NEmbd))]);
        for (var layer = 0; layer < config.NLayer; layer++) x = Layer(x, layer);
        unsafe
        {
            x = Norm(x, model.Weights.OutputNorm);
        }

        var first = sample.Prompt.Length - 1;
        var logits = tape.Product(tape.Pick(x, sample.Completion.Length, config.NEmbd, (t, i) => (first + t, i)), Dense(model.Weights.Output[0]));
        var logSum = tape.Map(tape.RowSums(tape.Map(logits, Math.Exp, Math.Exp), (_, _) => true), Math.Log, sum => 1 / sum);
        var minus = tape.Map(tape.RowSums(logits, (t, i) => i == sample.Completion[t]), v => -v, _ => -1);
        var nll = tape.Transpose(tape.Add(logSum, minus));
        return tape.Map(tape.RowSums(nll, (_, _) => true), v => v / counted, _ => 1.0 / counted);
    }

    private unsafe Matrix Layer(Matrix x, int layer)
    {
        var w = model.Weights.Layers[layer];
        var h = Norm(x, w.AttentionNorm);
        var (q, k, v) = (Turn(Linear(h, w.QueryKeyValue[0])), Turn(Linear(h, w.QueryKeyValue[1])), Linear(h, w.QueryKeyValue[2]));
        Matrix? attended = null;
        for (var head = 0; head < config.NHead; head++)
        {
            var part = Attend(q, k, v, head);
            attended = attended is null ? part : tape.Add(attended, part);
        }
        x = tape.Add(x, Linear(attended!, w.AttentionOutput[0]));
        h = Norm(x, w.FeedForwardNorm);
        var gate = Linear(h, w.GateUp[0]);
        var open = tape.Map(gate, g => 1 / (1 + Math.Exp(-g)), g => Math.Exp(-g) / Math.Pow(1 + Math.Exp(-g), 2));
        return tape.Add(x, Linear(tape.Times(tape.Times(gate, open), Linear(h, w.GateUp[1])), w.Down[0]));
    }

    /// <summary>One query head, in its columns of [tokens][query_dim]; zero elsewhere.</summary>
    private Matrix Attend(Matrix q, Matrix k, Matrix v, int head)
    {
        var (n, shared) = (config.HeadDim, head * config.NHeadKv / config.NHead);
        Matrix Head(Matrix all, int h) => tape.Pick(all, all.Rows, n, (t, i) => (t, h * n + i));
        var powers = tape.Map(tape.Product(Head(q, head), Head(k, shared)), s => Math.Exp(s / Math.Sqrt(n)), s => Math.Exp(s / Math.Sqrt(n)) / Math.Sqrt(n));
        var past = tape.Pick(powers, powers.Rows, powers.Columns, (i, j) => (i, j <= i ? j : -1));
        var weights = tape.Times(past, tape.Map(tape.RowSums(past, (i, j) => j <= i), s => 1 / s, s => -1 / (s * s)));
        var mixed = tape.Product(weights, tape.Transpose(Head(v, shared)));
        return tape.Pick(mixed, q.Rows, config.QueryDim, (t, i) => (t, i / n == head ? i % n : -1));
    }

    private Matrix Turn(Matrix x)
    {
        var (n, ropeDim) = (config.HeadDim, config.RopeDim);
        var neighbours = config.Family.RopePairs == Runtime.Kernels.RopePairs.Neighbours;
        int Pair(int e) => neighbours ? e / 2 : e % (ropeDim / 2);
        bool IsFirst(int e) => neighbours ? e % 2 == 0 : e < ropeDim / 2;
        int Partner(int e) => neighbours ? e ^ 1 : (e + ropeDim / 2) % ropeDim;
        Matrix Of(Func<double, double> f, Func<int, double> sign) => new(x.Rows, x.Columns, [.. from t in Enumerable.Range(0, x.Rows)
            from e in Enumerable.Range(0, x.Columns).Select(i => i % n)
            select e < ropeDim ? sign(e) * f(t * Math.Pow(config.RopeFreqBase, -2.0 * Pair(e) / ropeDim)) : sign(-1)]);
        var partners = tape.Pick(x, x.Rows, x.Columns, (t, i) => i % n < ropeDim ? (t, i / n * n + Partner(i % n)) : (t, -1));
        return tape.Add(tape.Times(x, Of(Math.Cos, _ => 1)), tape.Times(partners, Of(Math.Sin, e => e >= 0 && IsFirst(e) ? -1 : 1)));
    }

    private unsafe Matrix Norm(Matrix x, float* gain)
    {
        var squares = tape.RowSums(tape.Times(x, x), (_, _) => true);
        var factor = tape.Map(squares, s => Math.Pow(s / x.Columns + config.RmsEps, -0.5), s => -0.5 / x.Columns * Math.Pow(s / x.Columns + config.RmsEps, -1.5));
        var row = new double[x.Columns];
        for (var i = 0; i < row.Length; i++) row[i] = gain[i];
        return tape.Times(tape.Times(x, factor), new Matrix(1, row.Length, row));
    }

    private unsafe Matrix Linear(Matrix x, Linear linear)
    {
        var y = tape.Product(x, Dense(linear));
        if (linear.Bias is not null)
        {
            var bias = new double[linear.NOut];
            for (var o = 0; o < bias.Length; o++) bias[o] = linear.Bias[o];
            y = tape.Add(y, new Matrix(x.Rows, linear.NOut, [.. Enumerable.Repeat(bias, x.Rows).SelectMany(row => row)]));
        }
        if (branchOf(linear) is not { } branch) return y;
        // B is kept transposed, [rank][n_out].
        var carriers = tape.Times(tape.Product(x, branch.A), branch.M);
        return tape.Add(y, tape.Times(tape.Product(carriers, tape.Transpose(branch.B)), branch.ScaleOut));
    }

    private static Matrix Dense(Linear linear)
    {
        var values = new float[linear.NOut * linear.NIn];
        for (var row = 0; row < linear.NOut; row++) linear.Format.Dequantize(linear.Row(row), values.AsSpan(row * linear.NIn, linear.NIn));
        return new Matrix(linear.NOut, linear.NIn, [.. values.Select(value => (double)value)]);
    }
}
