using CsCheck;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Analysis;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Analysis;

public sealed class SignResidualTests
{
    private static readonly Gen<(Matrix<double> B, Matrix<double> A)> Factors =
        from rank in Gen.Int[1, 6]
        from nOut in Gen.Int[1, 12]
        from nIn in Gen.Int[1, 12]
        from b in Gen.Double[-3, 3].Array[nOut * rank]
        from a in Gen.Double[-3, 3].Array[rank * nIn]
        select (Matrix<double>.Build.Dense(nOut, rank, b), Matrix<double>.Build.Dense(rank, nIn, a));

    [Fact]
    public void A_ratio_worked_out_by_hand()
    {
        // Rows (1, 3) and (-2, 2): means 2 and 2, residuals (-1, 1) and (0, 0): sqrt(2) / sqrt(16).
        var residual = SignResidual.Of(Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 3 }, { -2, 2 } }));
        Assert.Equal(Math.Sqrt(2) / 4, residual.Ratio, 1e-12);
        Assert.Equal(Matrix<double>.Build.DenseOfArray(new double[,] { { 2, 2 }, { -2, 2 } }), residual.Signed);
    }

    [Fact]
    public void The_bound_holds_for_a_thousand_random_pairs_and_the_error_is_that_of_the_dense_product() => Factors.Sample(pair =>
    {
        SignResidual b = SignResidual.Of(pair.B), a = SignResidual.Of(pair.A);
        var product = ProductBound.Of(pair.B, b, pair.A, a);
        Assert.True(product.Error <= product.Bound * (1 + 1e-9) + 1e-9);
        Assert.Equal((pair.B * pair.A - b.Signed * a.Signed).FrobeniusNorm(), product.Error, 1e-5);
    }, iter: 1000);

    [Fact]
    public void The_bound_holds_for_every_tensor_of_an_adapter()
    {
        using var model = new TinyModel().Load();
        using var folder = new TemporaryFolder();
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, linear => linear.Kind == LinearKind.Value ? 3 : 8), model);
        var tensors = AdapterAnalysis.Run(lora, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(model.Linears.Count, tensors.Count);
        Assert.All(tensors, AssertSound);
    }

    [Fact]
    public void The_bound_holds_for_every_tensor_of_a_real_adapter()
    {
        using var model = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var lora = Adapter.Load(SharedFiles.Require("adapters/home-en-r16"), model);
        foreach (var linear in model.Linears)
        {
            var update = LoRDBA.Training.Conversion.LowRankUpdate.Of(lora.FactorsOf(linear)!);
            var (b, a) = LoRDBA.Training.Conversion.SignStart.Balanced(update, update.Rank);
            var product = ProductBound.Of(b, SignResidual.Of(b), a.Transpose(), SignResidual.Of(a.Transpose()));
            Assert.InRange(product.Error, 0, product.Bound);
        }
    }

    private static void AssertSound(TensorAnalysis tensor)
    {
        Assert.InRange(tensor.Error, 0, tensor.Bound);
        Assert.Equal(1, tensor.Energy.Sum(), 1e-9);
        Assert.Equal(tensor.Rank, tensor.Energy.Count);
        Assert.True(tensor.Conversions[^1].Cosine > tensor.Conversions[0].Cosine);
        Assert.InRange(tensor.TurnedRatioB, 0.2, 1);
    }
}
